// SPDX-License-Identifier: Apache-2.0
// The page of a sweep.

function showSweep(data, blocks) {
  const sweep = new Sweep(data, blocks);
  showHeader({ kind: "sweep", title: sweep.name, version: sweep.version,
    lines: [sweepText(sweep)] });
  const content = document.getElementById("content");
  if (sweep.metrics.length === 0) {
    replaceContent(content, el("p", { class: "empty" }, "No point is evaluated yet."),
      failureSection(sweep), spec(sweep));
    return;
  }
  const view = new View(sweep);
  keepInAddress(view);
  replaceContent(content, bestSection(sweep), exploration(view), parallelSection(view),
    pointTableSection(view), sensitivitySection(sweep), failureSection(sweep), selectionDetail(view), spec(sweep));
}

function sweepText(sweep) {
  const failed = sweep.points.status.filter((s) => s === "failed").length;
  const missing = sweep.points.status.filter((s) => s === "missing").length;
  return [plural(sweep.count, "point"), failed > 0 ? `${whole(failed)} failed` : null,
    missing > 0 ? `${whole(missing)} not evaluated yet` : null,
    `${whole(d3.sum(sweep.points.front))} on the front`,
    plural(sweep.axes.filter((axis) => axis.values.length > 1).length, "varied axis", "varied axes"),
    sweep.networks.map((n) => n.name).join(", ")].filter((t) => t).join(" · ");
}

// The answer before the picture: what the study is about, at its best point.
function bestSection(sweep) {
  if (sweep.best === null) {
    return el("p", { class: "warning" }, "No point meets all constraints.");
  }
  const main = sweep.mainMetrics();
  return section("Best feasible point",
    `Point ${sweep.points.id[sweep.best]}: ${sweep.label(sweep.best)}`,
    tiles(sweep.figures(sweep.best, sweep.metrics.filter((m) => main.has(m.name)))));
}

function exploration(view) {
  const scatter = new Scatter(view);
  const filters = filterPanel(view);
  scatter.onZoom = filters.refill;
  return section("Trade-offs", constraintText(view.sweep),
    el("div", { class: "explore" }, filters,
      el("div", { class: "stage" }, scatter.element, selectionCards(view))));
}

function constraintText(sweep) {
  const limits = sweep.constraints.flatMap((c) => {
    const metric = sweep.metric(c.metric);
    if (!metric) return [];
    const name = metricName(metric).toLowerCase();
    return [c.at_most !== undefined ? `${name} at most ${withUnit(c.at_most, metric.unit)}` : null,
      c.at_least !== undefined ? `${name} at least ${withUnit(c.at_least, metric.unit)}` : null];
  }).filter((t) => t);
  return `Objectives: ${sweep.objectives.map((m) => `${metricName(m).toLowerCase()} (${m.better})`).join(", ")}.` +
    (limits.length > 0 ? ` Constraints: ${limits.join(", ")}.` : "");
}

function spec(sweep) {
  return section("The sweep", null, el("details", { class: "text" },
    el("summary", {}, "Sweep file, YAML"), el("pre", {}, sweep.spec_yaml)));
}
