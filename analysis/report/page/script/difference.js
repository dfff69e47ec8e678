// SPDX-License-Identifier: Apache-2.0
// From result A to each of the others: in total and layer by layer, absolute and relative.

function changeClass(metric, change) {
  if (!change) return null;
  return (change < 0) === (metric.better === "lower") ? "better" : "worse";
}

function differenceSection(given) {
  const results = tagged(given);
  const others = results.slice(1);
  const said = others.flatMap((b, k) => (pairOf(k) ? [`A and ${b.tag}: ${pairOf(k).why}`] : []));
  return section(`What changes from A to ${listText(others.map((b) => b.tag))}`,
    said.length > 0 ? `Accuracies, ${said.join("; ")}.` : null,
    totalTable(results),
    others.map((b) => el("div", { class: "charts" },
      layerChangeChart([results[0], b], "Cycles", causeParts(results), "cycles"),
      layerChangeChart([results[0], b], "Energy", energyParts(results), "µJ"))),
    layerTable(results));
}

// What A and the k-th of the others say about their accuracies.
function pairOf(k) {
  return kData.pairs ? kData.pairs[k] : null;
}

// A difference of accuracies that the images do not bear out is none.
function isBorneOut(metric, k) {
  return metric.name !== "top1_percent" || (pairOf(k) && pairOf(k).differ);
}

function totalTable(results) {
  const rows = results[0].metrics.map((metric) => ({ metric, values: results.map((result) => {
    const found = result.metrics.find((m) => m.name === metric.name);
    return found ? found.value : null;
  }) })).filter((row) => row.values.slice(1).some((value) => value !== null));
  const change = (r, k) =>
    (r.values[0] === null || r.values[k] === null ? null : r.values[k] - r.values[0]);
  const judged = (r, k) =>
    (isBorneOut(r.metric, k - 1) ? changeClass(r.metric, change(r, k)) : "unsure");
  const marked = (r, k, text) => el("span", { class: judged(r, k) }, text);
  return dataTable({ caption: "In total", rows, columns: [
    { title: "Figure", value: (r) => metricTitle(r.metric),
      cell: (r) => termText(metricTitle(r.metric), metricWord(r.metric)) },
    ...results.flatMap(({ tag }, k) => [
      { title: tag, numeric: true, value: (r) => r.values[k] },
      ...(k === 0 ? [] : [
        { title: `${tag} − A`, numeric: true, value: (r) => change(r, k),
          cell: (r) => marked(r, k, signedFigure(change(r, k))) },
        { title: results.length > 2 ? `${tag} of A` : "Relative", numeric: true,
          value: (r) => relativeChange(r.values[0], r.values[k]),
          cell: (r) => marked(r, k, relativeText(r, k) + changeWord(judged(r, k))) },
      ]),
    ]),
  ] });
}

// Shares have points between them, and no percents.
function relativeText({ metric, values }, k) {
  return metric.unit === "%" ? "" : signedPercent(relativeChange(values[0], values[k]));
}

// Colour is never the only sign.
function changeWord(name) {
  return name ? ` ${name}` : "";
}

// By layer, of each result.
function layerAmounts(results, parts) {
  return layerNames(results).map((name) => ({ name, values: results.map((result) => {
    const layer = layerOf(result, name);
    return layer ? d3.sum(parts, (part) => part.of(result, layer)) : null;
  }) }));
}

function layerChangeChart([a, b], title, parts, unit) {
  const rows = layerAmounts([a, b], parts).map(({ name, values: [from, to] }) => {
    const [change, relative] = [(to || 0) - (from || 0), relativeChange(from, to)];
    return { name, change,
      text: signedFigure(change) + (relative === null ? "" : ` · ${signedPercent(relative)}`) };
  });
  return chart({ id: `chart-change-${title.toLowerCase()}-${b.tag}`,
    title: `${title}, change by layer`, note: "Less to the left, more to the right",
    modes: [{ name: unit, draw: changeBars({ rows, axisTitle: `${b.tag} − A, ${unit}` }) }] });
}

function layerTable(results) {
  const kinds = [["cycles", causeParts(results)], ["µJ", energyParts(results)],
    ["kB", streamParts(results)]].map(([unit, parts]) => ({ unit,
    rows: new Map(layerAmounts(results, parts).map((row) => [row.name, row.values])) }));
  return dataTable({ caption: "Layer by layer", rows: layerNames(results), columns: [
    { title: "Layer", value: (name) => name },
    ...kinds.flatMap(({ unit, rows }) => results.flatMap(({ tag }, k) => {
      const change = (name) => (rows.get(name)[k] || 0) - (rows.get(name)[0] || 0);
      const relative = (name) => relativeChange(rows.get(name)[0], rows.get(name)[k]);
      return [
        { title: `${tag}, ${unit}`, numeric: true, value: (name) => rows.get(name)[k] },
        ...(k === 0 ? [] : [
          { title: `${tag} − A`, numeric: true, value: change,
            text: (name) => signedFigure(change(name)) },
          { title: "%", numeric: true, value: relative,
            text: (name) => signedPercent(relative(name)) },
        ]),
      ];
    })),
  ] });
}
