// SPDX-License-Identifier: Apache-2.0
// The selected point in full, or the pinned point and the selected one side by side.

function selectionSection(view) {
  const heading = el("h2", { id: "selection-title" });
  const content = el("div", { id: "selection" });
  let latest = 0;
  const show = async () => {
    const turn = ++latest;
    const { sweep, selected, pinned } = view;
    if (selected === null) {
      heading.textContent = "No point is evaluated";
      return;
    }
    const pair = pinned !== null && pinned !== selected ? [pinned, selected] : [selected];
    const results = await Promise.all(pair.map((i) => sweep.result(i)));
    if (turn !== latest) return;  // another point was selected meanwhile
    heading.textContent = pair.length === 1 ? `Point ${sweep.points.id[selected]}`
      : `Points ${pair.map((i) => sweep.points.id[i]).join(" and ")}`;
    const names = pair.map((i) => `point ${sweep.points.id[i]}, ${sweep.label(i)}`);
    replaceContent(content, el("div", { class: "cards" },
      pair.map((i, k) => pointCard(view, i, pair.length > 1 ? "AB"[k] : ""))),
    pair.length > 1 ? differenceSection(results, names) : null, resultSections(results));
  };
  view.onChange((what) => { if (what === "selection") show(); });
  show();
  return el("section", { "aria-labelledby": "selection-title", class: "selection" }, heading, content);
}

function pointCard(view, i, tag) {
  const { sweep } = view;
  const because = sweep.dominatedBecause(i);
  const violations = sweep.violations(i);
  const pinned = view.pinned === i;
  return el("article", { class: "card" },
    el("div", { class: "card-head" },
      el("h3", {}, tag ? el("span", { class: "tag" }, tag) : null, `Point ${sweep.points.id[i]}`),
      el("button", { type: "button", class: "pin", "aria-pressed": String(pinned), onclick: () => {
        view.pinned = pinned ? null : i;
        view.changed("selection");
      } }, pinned ? "Unpin" : "Pin to compare")),
    tiles(sweep.metrics.map((m) => ({ ...m, value: sweep.value(i, m) }))),
    el("dl", { class: "settings" }, sweep.settings(i).map(({ name, value }) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, settingText(value))))),
    el("p", { class: "verdict" }, i === sweep.best ? "Best feasible point. " : null,
      sweep.points.front[i] ? "On the Pareto front. " : null,
      violations.length > 0 ? `Violates: ${violations.join("; ")}. ` : null,
      because ? ["Dominated by ", el("button", { type: "button", class: "link",
        onclick: () => view.select(because.by) }, `point ${sweep.points.id[because.by]}`),
      `: ${because.text}.`] : null));
}
