// SPDX-License-Identifier: Apache-2.0
// The page of a quantization: what each tensor's format holds of its values, and what that costs.

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
      ? kRangeNote : "This result is of a version that did not keep the values' distributions.",
    known.length > 0 ? rangeChart(result.tensors) : null),
    section("Noise", "SQNR against the float network: 6 dB more halve the error.",
      el("div", { class: "charts" }, sqnrChart(result), layerSqnrChart(result))),
    known.length > 0 ? section("Distributions", distributionNote(known), distributions(known)) : null,
    section("Tensors", null, tensorTable(result.tensors)),
    section("What the figures rest on", "Every input with its SHA-256.",
      result.warnings.map((text) => el("p", { class: "warning" }, text)), inputTable(result.inputs, "")));
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
