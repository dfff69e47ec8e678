// SPDX-License-Identifier: Apache-2.0
// From result A to result B: in total and layer by layer, absolute and relative.

function changeClass(metric, change) {
  if (!change) return null;
  return (change < 0) === (metric.better === "lower") ? "better" : "worse";
}

function differenceSection(given) {
  const results = tagged(given);
  return section("What changes from A to B",
    kData.pair ? `Accuracies: ${kData.pair.why}.` : null,
    totalTable(results),
    el("div", { class: "charts" },
      layerChangeChart(results, "Cycles", causeParts(results), "cycles"),
      layerChangeChart(results, "Energy", energyParts(results), "µJ")),
    layerTable(results));
}

// A difference of accuracies that the images do not bear out is none.
function isBorneOut(metric) {
  return metric.name !== "top1_percent" || (kData.pair && kData.pair.differ);
}

function totalTable([a, b]) {
  const rows = a.metrics.flatMap((metric) => {
    const other = b.metrics.find((m) => m.name === metric.name);
    return other ? [{ metric, a: metric.value, b: other.value }] : [];
  });
  const change = (r) => (r.a === null || r.b === null ? null : r.b - r.a);
  const judged = (r) => (isBorneOut(r.metric) ? changeClass(r.metric, change(r)) : "unsure");
  const marked = (r, text) => el("span", { class: judged(r) }, text);
  return dataTable({ caption: "In total", rows, columns: [
    { title: "Figure", value: (r) => metricTitle(r.metric) },
    { title: "A", numeric: true, value: (r) => r.a },
    { title: "B", numeric: true, value: (r) => r.b },
    { title: "B − A", numeric: true, value: change, cell: (r) => marked(r, signedFigure(change(r))) },
    { title: "Relative", numeric: true, value: (r) => relativeChange(r.a, r.b),
      cell: (r) => marked(r, relativeText(r) + changeWord(judged(r))) },
  ] });
}

// Shares have points between them, and no percents.
function relativeText(row) {
  return row.metric.unit === "%" ? "" : signedPercent(relativeChange(row.a, row.b));
}

// Colour is never the only sign.
function changeWord(name) {
  return name ? ` ${name}` : "";
}

function layerAmounts(results, parts) {
  return layerNames(results).map((name) => {
    const [a, b] = results.map((result) => {
      const layer = layerOf(result, name);
      return layer ? d3.sum(parts, (part) => part.of(result, layer)) : null;
    });
    return { name, a, b, change: (b || 0) - (a || 0), relative: relativeChange(a, b) };
  });
}

function layerChangeChart(results, title, parts, unit) {
  const rows = layerAmounts(results, parts).map((row) => ({ name: row.name, change: row.change,
    text: signedFigure(row.change) + (row.relative === null ? "" : ` · ${signedPercent(row.relative)}`) }));
  return chart({ id: `chart-change-${title.toLowerCase()}`, title: `${title}, change by layer`,
    note: "Less to the left, more to the right",
    modes: [{ name: unit, draw: changeBars({ rows, axisTitle: `B − A, ${unit}` }) }] });
}

function layerTable(results) {
  const kinds = [["cycles", causeParts(results)], ["µJ", energyParts(results)],
    ["kB", streamParts(results)]].map(([unit, parts]) => ({ unit,
    rows: new Map(layerAmounts(results, parts).map((row) => [row.name, row])) }));
  return dataTable({ caption: "Layer by layer", rows: layerNames(results), columns: [
    { title: "Layer", value: (name) => name },
    ...kinds.flatMap(({ unit, rows }) => [
      { title: `A, ${unit}`, numeric: true, value: (name) => rows.get(name).a },
      { title: `B, ${unit}`, numeric: true, value: (name) => rows.get(name).b },
      { title: "B − A", numeric: true, value: (name) => rows.get(name).change,
        text: (name) => signedFigure(rows.get(name).change) },
      { title: "%", numeric: true, value: (name) => rows.get(name).relative,
        text: (name) => signedPercent(rows.get(name).relative) },
    ]),
  ] });
}
