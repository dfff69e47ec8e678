// SPDX-License-Identifier: Apache-2.0
// What there is to see of one result, or of several side by side: where cycles, energy, traffic and
// area go, and what the figures rest on.

function resultSections(given) {
  const results = tagged(given);
  return [
    section("Layers", "From the network's input down; one image, from an idle accelerator.",
      el("div", { class: "charts" }, cycleChart(results), energyChart(results),
        bitChart(results), trafficChart(results))),
    section("Limits", limitNote(results),
      el("div", { class: "charts" }, rooflineChart(results),
        el("div", { class: "column" }, stallChart(results), areaChart(results))),
      results.map(whatIfTable)),
    results.length === 1 ? rangeSection(results[0].tensors) : null,
    sources(results),
  ];
}

function stackedTable(results, parts, unit, caption) {
  return () => dataTable({ caption, rows: results.flatMap((result) =>
    result.layers.map((layer) => ({ result, layer }))),
  columns: [
    { title: "Layer", value: (r) => r.layer.name },
    ...(results.length > 1 ? [{ title: "Result", value: (r) => r.result.tag }] : []),
    ...parts.map((part) => ({ title: part.name, word: part.word, numeric: true,
      value: (r) => part.of(r.result, r.layer) })),
    { title: `Total, ${unit}`, numeric: true,
      value: (r) => d3.sum(parts, (part) => part.of(r.result, r.layer)) },
  ] });
}

function totals(results, parts, unit) {
  return results.map((result) => (result.tag ? `${result.tag}: ` : "") +
    `${figure(d3.sum(parts, (part) => totalOf(result, part)))} ${unit}`).join("; ");
}

function stackedChart(results, { title, word, all, unit, axisTitle, id, more }) {
  const parts = presentParts(results, all);
  const rows = stackRows(results, parts);
  return chart({ id, title, word, note: `${totals(results, parts, unit)} in total${more || ""}`, parts,
    modes: [
      { name: unit, draw: layerBars({ rows, parts, axisTitle }) },
      { name: "share", draw: layerBars({ rows, parts, axisTitle: "share of the layer", share: true }) },
    ],
    table: stackedTable(results, parts, unit, title) });
}

function cycleChart(results) {
  return stackedChart(results, { id: "chart-cycles", title: "Cycles by cause", word: "cycles", unit: "cycles",
    all: causeParts(results), axisTitle: "clock cycles", more: ", each with one cause" });
}

function energyChart(results) {
  const figureBox = stackedChart(results, { id: "chart-energy", title: "Energy by component", word: "energy",
    unit: "µJ", all: energyParts(results), axisTitle: "energy, µJ" });
  figureBox.append(behind("Every component", componentTable(results)));
  return figureBox;
}

function componentTable(results) {
  return () => dataTable({ caption: "Energy by component, all layers", order: { column: 1, descending: true },
    rows: componentNames(results, "energy"), columns: [
      { title: "Component", value: (c) => words(c) },
      ...results.map((result) => ({ title: `${result.tag} µJ`.trim(), numeric: true, value: (c) =>
        d3.sum(result.layers, (l) => amountOf(result, "energy", l.energy_pj, c)) / 1e6 })),
    ] });
}

function trafficChart(results) {
  return stackedChart(results, { id: "chart-traffic", title: "Bus traffic by stream", word: "bus traffic", unit: "kB",
    all: streamParts(results), axisTitle: "bus traffic, kB (1,000 bytes)" });
}

function bitChart(results) {
  const rows = layerNames(results).map((name) => ({ name, bits: results.map((result) => {
    const layer = layerOf(result, name);
    return layer ? layer.bits : null;
  }) }));
  return chart({ id: "chart-bits", title: "Bit-widths", word: "w/in/out",
    note: "Bits of each tensor; a full cell is 16 bits", modes: [{ name: "bits",
      draw: bitWidths({ rows, tags: results.map((result) => result.tag) }) }],
    table: () => dataTable({ caption: "Bit-widths", rows: rows.flatMap((row) => results.map(
      (result, k) => ({ name: row.name, tag: result.tag, bits: row.bits[k] || [null, null, null] }))),
    columns: [
      { title: "Layer", value: (r) => r.name },
      ...(results.length > 1 ? [{ title: "Result", value: (r) => r.tag }] : []),
      ...kTensors.map((tensor, t) => ({ title: `${tensor.name}, bits`, numeric: true,
        value: (r) => r.bits[t] })),
    ] }) });
}

function rooflineChart(results) {
  const draw = roofline(results);
  if (!draw) return null;
  const points = results.flatMap((result, k) => rooflinePoints(result, k));
  return chart({ id: "chart-roofline", title: "Roofline", word: "roofline",
    note: "A layer near a roof is limited by it; both axes are logarithmic",
    parts: results.length > 1 ? results.map((result, k) => ({
      name: `${result.tag}: ${result.machine.name}`, colour: resultColour(k) }))
      : null,
    modes: [{ name: "roofline", draw }],
    table: () => dataTable({ caption: "Roofline", rows: points, columns: [
      { title: "Layer", value: (p) => p.name },
      ...(results.length > 1 ? [{ title: "Result", value: (p) => results[p.which].tag }] : []),
      { title: "MACs per byte", word: "MAC", numeric: true, value: (p) => p.x },
      { title: "MACs per cycle", word: "MAC", numeric: true, value: (p) => p.y },
      { title: "Array peak", word: "roofline", numeric: true, value: (p) => p.peak },
    ] }) });
}

// Everything but multiplying, the longest first.
function stallChart(results) {
  const parts = presentParts(results, causeParts(results))
    .filter((part) => part.name !== causeWords("compute"));
  if (parts.length === 0) return null;
  const rows = parts.map((part) => ({ name: part.name, word: part.word, colour: part.colour,
    bars: results.map((result) => {
      const value = totalOf(result, part);
      const cycles = d3.sum(result.layers, (layer) => d3.sum(layer.cycles));
      return { tag: result.tag, value, text: `${figure(value)} · ${percent(value / cycles)}` };
    }) })).sort((a, b) => b.bars[0].value - a.bars[0].value);
  return chart({ id: "chart-stalls", title: "Cycles without multiplications", word: "computing",
    note: "By cause over all layers, with their share of the latency",
    modes: [{ name: "cycles", draw: rankedBars({ rows, axisTitle: "clock cycles" }) }],
    table: barTable(rows, "Cycles without multiplications") });
}

function areaChart(results) {
  const components = componentNames(results, "area");
  const rows = components.map((component) => ({ name: words(component),
    colour: colourOf(kAreas, component), bars: results.map((result) => {
      const value = amountOf(result, "area", result.machine.area_um2, component) / 1e6;
      const sum = d3.sum(result.machine.area_um2) / 1e6;
      return { tag: result.tag, value, text: `${figure(value)} · ${percent(value / sum)}` };
    }) })).filter((row) => row.bars.some((bar) => bar.value > 0))
    .sort((a, b) => b.bars[0].value - a.bars[0].value);
  if (rows.length === 0) return null;
  const sums = results.map((result) => (result.tag ? `${result.tag}: ` : "") +
    `${figure(d3.sum(result.machine.area_um2) / 1e6)} mm²`).join("; ");
  return chart({ id: "chart-area", title: "Area by component", word: "area",
    note: `${sums} of cells and SRAM on chip, without placement; DRAM not included`,
    modes: [{ name: "area", draw: rankedBars({ rows, axisTitle: "area, mm²" }) }],
    table: barTable(rows, "Area by component") });
}

function barTable(rows, caption) {
  return () => dataTable({ caption, rows, columns: [
    { title: "Name", value: (r) => r.name },
    ...rows[0].bars.map((bar, k) => ({ title: bar.tag || "Value", numeric: true,
      value: (r) => r.bars[k].value, text: (r) => r.bars[k].text })),
  ] });
}

function limitNote(results) {
  const notes = results.filter((result) => result.limited_by).map((result) =>
    (result.tag ? `${result.tag}: ` : "") + result.limited_by.advice);
  return notes.length > 0 ? `${notes.join(". ")}.` : null;
}

// What each change to the machine would save in all layers, the best first.
function whatIfTable(result) {
  const asked = result.what_if;
  if (!asked) return null;
  const how = asked.mapping === "fixed" ? "layers executed as they are" : "layers mapped anew";
  const change = (value, from) => signedPercent(relativeChange(from, value));
  const saved = (row) => (row.saves_share === null ? null : -row.saves_share);
  return dataTable({ caption: `What if${result.tag ? `, ${result.tag}` : ""}: ${how}`,
    rows: asked.changes, order: { column: 3, descending: false }, columns: [
      { title: "Change", word: "what if", value: (r) => r.name },
      { title: "Kind", word: "twice", value: (r) => r.kind },
      { title: "Keys", value: (r) => r.keys, minor: true },
      { title: "Cycles", word: "cycles", numeric: true, value: saved, text: (r) =>
        (r.saves_share === null ? r.outcome : signedPercent(saved(r))) },
      { title: "Energy", word: "energy", numeric: true, value: (r) => r.energy_pj, text: (r) =>
        (r.energy_pj === null ? "–" : change(r.energy_pj, asked.energy_pj)) },
      { title: "Area", word: "area", numeric: true, value: (r) => r.area_um2, text: (r) =>
        (r.area_um2 === null ? "–" : change(r.area_um2, asked.area_um2)) },
    ] });
}

// What several results rest on alike stands once.
function oncePerDifference(results, of, make) {
  const groups = new Map();
  for (const result of results) {
    const key = JSON.stringify(of(result));
    if (!groups.has(key)) groups.set(key, { list: of(result), tags: [] });
    groups.get(key).tags.push(result.tag);
  }
  return [...groups.values()].map(({ list, tags }) =>
    make(list, results.length > 1 ? ` of ${listText(tags)}` : ""));
}

function sources(results) {
  return section("What the figures rest on",
    "Every constant with its table, conditions and error; every input with its SHA-256.",
    [...new Set(results.flatMap((r) => r.warnings))].map((text) => el("p", { class: "warning" }, text)),
    oncePerDifference(results, (r) => r.machine.provenance, provenanceTable),
    oncePerDifference(results, (r) => r.inputs, inputTable),
    oncePerDifference(results, (r) => r.machine.yaml, (yaml, of) => el("details", { class: "text" },
      el("summary", {}, `Accelerator${of}, YAML`), el("pre", {}, yaml))));
}

// One row for the components that share everything else.
function provenanceTable(provenance, of) {
  const groups = new Map();
  for (const p of provenance) {
    const key = JSON.stringify([p.table, p.sha256, p.conditions, p.error_bar, p.note, p.extrapolated]);
    if (!groups.has(key)) groups.set(key, { ...p, components: [] });
    groups.get(key).components.push(p.component);
  }
  return dataTable({ caption: `Constants${of}`, rows: [...groups.values()],
    rowClass: (p) => (p.extrapolated ? "extrapolated" : null), columns: [
      { title: "Components", value: (p) => p.components.map(words).join(", ") },
      { title: "Table", word: "provenance", value: (p) => p.table, cell: (p) =>
        el("span", { class: "keep" }, p.table, hashText(p.sha256)) },
      { title: "Node, voltage, conditions", value: (p) => p.conditions,
        cell: (p) => el("span", { class: "words" }, p.conditions) },
      { title: "Error", word: "error bar", value: (p) => p.error_bar, cell: (p) => el("span", { class: "keep" }, p.error_bar) },
      { title: "Substitutions", word: "extrapolated", value: (p) => p.note, cell: (p) => [
        p.extrapolated ? el("strong", { class: "flag" }, "extrapolated ") : null,
        el("span", { class: "words" }, p.note)] },
    ] });
}

function hashText(sha256) {
  return el("code", { class: "hash", title: sha256 }, `${sha256.slice(0, 12)}…`);
}

function inputTable(inputs, of) {
  return dataTable({ caption: `Inputs${of}`, rows: inputs, columns: [
    { title: "Role", value: (input) => input.role },
    { title: "File", value: (input) => input.path + (input.shipped ? " (comes with dcnsim)" : "") },
    { title: "SHA-256", value: (input) => input.sha256,
      cell: (input) => el("code", { class: "whole-hash" }, input.sha256) },
  ] });
}
