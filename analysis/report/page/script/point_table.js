// SPDX-License-Identifier: Apache-2.0
// The front, or all points shown, as a table from which points are selected.

const kMostRows = 200;

function pointTableSection(view) {
  const { sweep } = view;
  let which = "front";
  let order = { column: 1 + settingNames(sweep).length, descending: false };
  const content = el("div", { id: "front-table" });
  const fill = () => replaceContent(content, dataTable({
    caption: which === "front" ? `Pareto front of ${objectiveText(sweep)}` : "All points shown",
    rows: which === "front" ? view.front : view.shown, columns: pointColumns(view), order,
    most: kMostRows, onOrder: (now) => { order = now; },
    rowClass: (i) => (i === view.selected ? "selected" : i === sweep.best ? "best" : null) }));
  view.onChange((what) => { if (what !== "axes") fill(); });
  fill();
  return section("The front as a table",
    "Points to which no other feasible point shown is nowhere worse and somewhere better.",
    el("div", { class: "controls" }, select("rows", [{ value: "front", text: "Pareto front" },
      { value: "all", text: "all points shown" }], which, (value) => {
      which = value;
      fill();
    })), content);
}

function objectiveText(sweep) {
  return sweep.objectives.map((m) => metricName(m).toLowerCase()).join(" and ");
}

function settingNames(sweep) {
  return sweep.axes.filter((axis) => axis.values.length > 1);
}

function pointColumns(view) {
  const { sweep } = view;
  const main = sweep.mainMetrics();
  const metrics = [...sweep.objectives, ...sweep.metrics.filter((m) => !sweep.objectives.includes(m))];
  return [
    { title: "Point", word: "design point", value: (i) => sweep.points.id[i], cell: (i) => el("button", { type: "button",
      class: "point", "aria-pressed": String(i === view.selected), onclick: () => {
        view.select(i);
        document.querySelector(`button.point[aria-pressed="true"]`)?.focus({ preventScroll: true });
      } }, `${sweep.points.id[i]}${i === sweep.best ? " ★ best" : ""}`) },
    ...settingNames(sweep).map((axis) => ({ title: axis.name,
      value: (i) => sortable(axis, sweep.position(i, axis)),
      text: (i) => axis.texts[sweep.position(i, axis)] })),
    ...metrics.map((m) => ({ title: metricTitle(m), word: metricWord(m), numeric: true, minor: !main.has(m.name),
      value: (i) => sweep.value(i, m) })),
  ];
}

// Numbers sort as numbers, everything else in the order of the axis.
function sortable(axis, position) {
  const values = axis.values[position];
  return values.length === 1 && typeof values[0] === "number" ? values[0] : position;
}
