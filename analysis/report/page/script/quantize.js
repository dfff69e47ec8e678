// SPDX-License-Identifier: Apache-2.0
// The page of a quantization: what each tensor's format holds of its values, and what that costs.

// Histograms that are drawn at once; a large network has hundreds of tensors.
const kMostHistograms = 24;

function decibelText(db) {
  return db === null ? "exact" : `${db.toLocaleString("en-US", { maximumFractionDigits: 1 })} dB`;
}

function showQuantize(result) {
  const known = drawnTensors(result.tensors);
  const worst = byRisingSqnr(result.tensors)[0];
  showHeader({ kind: "quantization", title: `${result.network} in fixed point`, version: result.version,
    lines: [`${result.file} · ${plural(result.tensors.length, "tensor")}, rule for binary points: ${result.rule}`,
      worst && worst.sqnr_db !== null ? `The lowest SQNR of a tensor is that of ${worst.name}: ` +
        `${decibelText(worst.sqnr_db)} as ${worst.format}. ${lastLayerText(result)}` : null] });
  replaceContent(document.getElementById("content"),
    section("Formats against values", known.length > 0
      ? "Where a line ends beyond the band the format clips; where it begins before, values become 0."
      : "This result is of a version that did not keep the values' distributions.",
    known.length > 0 ? chart({ id: "chart-ranges", title: "Range of each tensor", word: "format", note:
      `${plural(known.length, "tensor")}; magnitudes on a logarithmic axis`, parts: kRangeParts,
    modes: [{ name: "ranges", draw: tensorRanges(known) }], table: () => tensorTable(result.tensors) }) : null),
    section("Noise", "SQNR against the float network: 6 dB more halve the error.",
      el("div", { class: "charts" }, sqnrChart(result), layerSqnrChart(result))),
    histogramSection(known),
    section("Tensors", null, tensorTable(result.tensors)),
    section("What the figures rest on", "Every input with its SHA-256.",
      result.warnings.map((text) => el("p", { class: "warning" }, text)), inputTable(result.inputs, "")));
}

// Exact tensors last.
function byRisingSqnr(tensors) {
  const db = (tensor) => tensor.sqnr_db ?? Infinity;
  return tensors.slice().sort((a, b) => (db(a) === db(b) ? 0 : db(a) - db(b)));
}

function lastLayerText(result) {
  const last = result.layers[result.layers.length - 1];
  return last ? `The network's output has ${decibelText(last.measured_db)}.` : "";
}

function sqnrChart(result) {
  const rows = result.tensors.filter((t) => t.sqnr_db !== null && t.sqnr_db > 0).map((tensor) => ({
    name: tensor.name, colour: tensorColour(tensor.name),
    bars: [{ tag: "", value: tensor.sqnr_db, text: `${decibelText(tensor.sqnr_db)} · ${tensor.format}` }] }));
  return rows.length === 0 ? null : chart({ id: "chart-sqnr", title: "SQNR of each tensor", word: "SQNR",
    note: "Over its own values; of outputs from the calibration images",
    parts: [{ name: "weights", colour: "var(--weight)" }, { name: "outputs", colour: "var(--output)" }],
    modes: [{ name: "SQNR", draw: rankedBars({ rows, axisTitle: "SQNR, dB", axisWord: "SQNR" }) }] });
}

function layerSqnrChart(result) {
  const rows = result.layers.filter((l) => l.measured_db !== null && l.predicted_db !== null)
    .map((layer) => ({ name: layer.name, colour: "var(--output)", bars: [
      { tag: "law", value: Math.max(0, layer.predicted_db), text: decibelText(layer.predicted_db) },
      { tag: "is", value: Math.max(0, layer.measured_db), text: decibelText(layer.measured_db) }] }));
  return rows.length === 0 ? null : chart({ id: "chart-layer-sqnr", title: "SQNR of layer outputs", word: "additive law",
    note: "With all noise before them: by the additive law, and as measured on the calibration images",
    modes: [{ name: "SQNR", draw: rankedBars({ rows, axisTitle: "SQNR, dB", axisWord: "SQNR" }) }],
    table: () => dataTable({ caption: "SQNR of layer outputs", rows: result.layers, columns: [
      { title: "Layer", value: (l) => l.name },
      { title: "Predicted, dB", word: "predicted", numeric: true, value: (l) => l.predicted_db },
      { title: "Measured, dB", word: "measured", numeric: true, value: (l) => l.measured_db },
    ] }) });
}

function histogramSection(known) {
  if (known.length === 0) return null;
  const some = known.length > kMostHistograms ? byRisingSqnr(known).slice(0, kMostHistograms) : known;
  const rest = known.filter((tensor) => !some.includes(tensor));
  const grid = (tensors) => el("div", { class: "histograms" }, tensors.map(histogramFigure));
  return section("Distributions", "Values other than 0, counts on a logarithmic scale; the band is what " +
    `the format holds, what lies beyond is clipped.${rest.length > 0 ? " The lowest SQNR first." : ""}`,
  grid(some), rest.length > 0 ? behind(`${plural(rest.length, "more tensor")}`, () => grid(rest)) : null);
}

function tensorTable(tensors) {
  const of = (get) => (t) => (t.values ? get(t.values) : null);
  return dataTable({ caption: "Tensors", rows: tensors, order: { column: 2, descending: false }, columns: [
    { title: "Tensor", value: (t) => t.name },
    { title: "Format", word: "format", value: (t) => t.format },
    { title: "SQNR, dB", word: "SQNR", numeric: true, value: (t) => t.sqnr_db },
    { title: "Out of range", word: "out of range", numeric: true, value: of((v) => v.beyond), text: (t) =>
      (t.values ? percent(t.values.beyond) : "–") },
    { title: "Become 0", word: "become 0", numeric: true, value: of((v) => v.to_zero), text: (t) =>
      (t.values ? percent(t.values.to_zero) : "–") },
    { title: "Clipping of noise", word: "clipping", numeric: true, value: (t) => t.clipping, text: (t) => percent(t.clipping) },
    { title: "Values from", numeric: true, value: of((v) => v.low), minor: true },
    { title: "to", numeric: true, value: of((v) => v.high), minor: true },
    { title: "Format from", numeric: true, value: (t) => (t.range ? t.range.low : null), minor: true },
    { title: "to", numeric: true, value: (t) => (t.range ? t.range.high : null), minor: true },
    { title: "dB a bit", word: "dB/bit", numeric: true, value: (t) => t.db_per_bit },
    { title: "Paper's rule, dB", word: "paper's n", numeric: true, value: (t) => t.paper_sqnr_db, minor: true },
    { title: "Density", word: "density", value: (t) => t.density ?? "–" },
    { title: "Kurtosis", word: "kurtosis", numeric: true, value: (t) => t.kurtosis, minor: true },
  ] });
}
