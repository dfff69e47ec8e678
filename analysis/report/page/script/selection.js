// SPDX-License-Identifier: Apache-2.0
// The selected point in full, or the pinned point and the selected one side by side.

// Until it is fulfilled, parts of the page are still missing.
let pending = Promise.resolve();

// The points looked at: one, or two to compare.
function pointsOf(view) {
  const { selected, pinned } = view;
  return pinned !== null && pinned !== selected ? [pinned, selected] : [selected];
}

function selectionCards(view) {
  const cards = el("div", { class: "cards", id: "cards" });
  const show = () => {
    const points = pointsOf(view);
    replaceContent(cards, points.map((i, k) => pointCard(view, i, points.length > 1 ? "AB"[k] : "")));
  };
  view.onChange((what) => { if (what === "selection") show(); });
  show();
  return cards;
}

function selectionDetail(view) {
  const content = el("div", { id: "selection" });
  let latest = 0;
  const show = async () => {
    const turn = ++latest;
    const { sweep } = view;
    const points = pointsOf(view);
    const results = await Promise.all(points.map((i) => sweep.result(i)));
    if (turn !== latest) return;  // another point was selected meanwhile
    const names = points.map((i) => `point ${sweep.points.id[i]}, ${sweep.label(i)}`);
    replaceContent(content,
      el("p", { class: "overline part-title" }, `${points.length > 1 ? "A and B: " : ""}${names.join("; ")}`),
      points.length > 1 ? differenceSection(results) : null, resultSections(results));
  };
  if (!window.DecompressionStream) {
    return el("p", { class: "warning" }, "This browser is too old to unpack the layers of a point.");
  }
  view.onChange((what) => { if (what === "selection") show(); });
  pending = show();
  return content;
}

function pointCard(view, i, tag) {
  const { sweep } = view;
  const because = sweep.dominatedBecause(i);
  const violations = sweep.violations(i);
  const pinned = view.pinned === i;
  return el("article", { class: "card" },
    el("div", { class: "card-head" },
      el("h3", {}, tag ? el("span", { class: "tag" }, tag) : null, `Point ${sweep.points.id[i]}`,
        i === sweep.best ? el("span", { class: "badge" }, "best feasible point") : null),
      el("button", { type: "button", class: "pin", "aria-pressed": String(pinned), onclick: () =>
        view.pin(i) }, pinned ? "Unpin" : "Pin to compare")),
    tiles(sweep.figures(i)),
    el("dl", { class: "settings" }, sweep.settings(i).map(({ name, value }) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, settingText(value))))),
    el("p", { class: "verdict" }, sweep.points.front[i] ? "On the Pareto front. " : null,
      violations.length > 0 ? `Violates: ${violations.join("; ")}. ` : null,
      because ? ["Dominated by ", el("button", { type: "button", class: "link",
        onclick: () => view.select(because.by) }, `point ${sweep.points.id[because.by]}`),
      `: ${because.text}.`] : null));
}
