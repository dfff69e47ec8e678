// SPDX-License-Identifier: Apache-2.0
// Points without figures, by reason.

const kMostNamed = 12;

function failureSection(sweep) {
  const { status, reason, id } = sweep.points;
  const groups = new Map();
  for (let i = 0; i < sweep.count; ++i) {
    if (status[i] === "done") continue;
    const text = status[i] === "missing" ? "not evaluated yet" : reason[i] || "no reason given";
    if (!groups.has(text)) groups.set(text, []);
    groups.get(text).push(i);
  }
  if (groups.size === 0) return null;
  const rows = [...groups].map(([text, points]) => ({ text, points }))
    .sort((a, b) => b.points.length - a.points.length);
  return section("Points without figures", null,
    el("div", { id: "failures" }, dataTable({ caption: "Reasons", rows, most: kMostRows, columns: [
      { title: "Reason", value: (r) => r.text },
      { title: "Points", numeric: true, value: (r) => r.points.length,
        text: (r) => whole(r.points.length) },
      { title: "Which", value: (r) => r.points[0], text: (r) =>
        r.points.slice(0, kMostNamed).map((i) => `${id[i]} (${sweep.label(i)})`).join(", ") +
        (r.points.length > kMostNamed ? ", …" : "") },
    ] })));
}
