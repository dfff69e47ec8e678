// SPDX-License-Identifier: Apache-2.0
// The page of an allocation: what the widths cost and lose against equal ones, and why they are so.

const kCosts = [
  { name: "size", word: "packed weights", column: "Weights, kB", title: "packed weights, kB", unit: "kB", of: (f) => f.bytes / 1e3 },
  { name: "energy", word: "energy", column: "Energy, µJ", title: "energy of an image, µJ", unit: "µJ", of: (f) => f.energy_pj / 1e6 },
  { name: "cycles", word: "cycles", column: "Cycles", title: "cycles of an image", unit: "cycles", of: (f) => f.cycles },
];
// The cost that was counted, for people.
const kCostUnits = {
  bit: { unit: "kB", divisor: 8e3 }, "MAC bit": { unit: "M MAC bit", divisor: 1e6 },
  pJ: { unit: "µJ", divisor: 1e6 }, cycles: { unit: "cycles", divisor: 1 },
};

function showAllocation(result) {
  const { allocation: chosen } = result;
  showHeader({ kind: "allocation", title: `Widths of ${result.network} on ${result.accelerator}`,
    version: result.version, lines: [`${result.file} · ${result.goal}; noise: ${result.noise_model}, cost: ` +
      `${result.cost.kind}${result.proven ? ", proven optimal by the model" : ", search cut off: not proven optimal"}`,
    savingText(result)] });
  replaceContent(document.getElementById("content"),
    section("Figures of merit", null, tiles(allocationMetrics(chosen, result))),
    section("Trade-off", tradeOffNote(result), tradeOffChart(result), comparisonTable(result),
      savingTable(result)),
    section("Widths and why", "What one bit less would save and lose decides; all noises add up.",
      el("div", { class: "charts" }, widthChart(result), noiseChart(result)), whyTable(result)),
    section("What the figures rest on", "Every input with its SHA-256.",
      result.warnings.map((text) => el("p", { class: "warning" }, text)), inputTable(result.inputs, "")));
}

function allocationMetrics(f, result) {
  const metric = (name, unit, meaning, value, { range, word } = {}) => ({ name, unit, meaning, value, range, word });
  return [
    metric("Output SQNR", "dB", "fixed point against float on the calibration images", f.measured_db,
      { word: "SQNR" }),
    metric("Predicted", "dB", "by the noise model", f.predicted_db, { word: "predicted" }),
    f.accuracy ? metric("top1_percent", "%", `right of ${plural(result.images, "image")}`, f.accuracy.percent,
      { range: { low: f.accuracy.low, high: f.accuracy.high, what: "95 % confidence interval" } }) : null,
    metric("model_kb", "kB", "packed weights", f.bytes / 1e3),
    metric("Bits a weight", "", "on average", f.bits_per_weight),
    metric("energy_uj", "uJ", "simulated, an image", f.energy_pj / 1e6),
    metric("latency_ms", "ms", "simulated, an image", f.seconds * 1e3),
  ].filter((m) => m);
}

// The widest equal widths that it was compared with, and what it saves.
function savingText(result) {
  const { allocation: chosen, equal } = result;
  if (equal.length === 0) return null;
  const other = equal[0];
  const change = (of) => signedPercent(relativeChange(of(other), of(chosen)));
  return `Against ${other.name}: weights ${change((f) => f.bytes)}, energy ${change((f) => f.energy_pj)}, ` +
    `cycles ${change((f) => f.cycles)}.`;
}

function tradeOffNote(result) {
  return result.images > 0
    ? `Points of accuracy below the float network's ${figure(result.float_percent)} % on ` +
      `${plural(result.images, "image")}; lines: 95 % intervals of each accuracy. Points whose lines overlap ` +
      "much may as well be equal."
    : "Without test images there is no accuracy: what is kept of the output's SQNR.";
}

// Accuracy where there are images, else SQNR.
function lossOf(result, f, chosen) {
  const text = (value) => `${chosen ? "chosen: " : ""}${f.name}: ${value}, ${kCosts.map((cost) =>
    `${figure(cost.of(f))} ${cost.unit}`).join(", ")}`;
  if (result.images === 0) {
    const db = f.measured_db ?? f.predicted_db;
    return db === null || db === undefined ? null : { y: db, text: text(decibelText(db)) };
  }
  if (!f.accuracy) return null;
  const { percent: right, low, high } = f.accuracy;
  return { y: result.float_percent - right, low: result.float_percent - high,
    high: result.float_percent - low, text: text(`${figure(right)} % right`) };
}

function tradeOffGroups(result, cost) {
  const rules = [...new Set(result.curve.map((point) => point.name))];
  const points = (list, chosen) => list.flatMap((f) => {
    const loss = lossOf(result, f, chosen);
    return loss ? [{ ...loss, x: cost.of(f) }] : [];
  });
  return [
    ...rules.map((rule, k) => ({ name: rule, colour: kCategories[k % kCategories.length], line: true,
      points: points(result.curve.filter((point) => point.name === rule)) })),
    { name: "equal widths", word: "equal widths", colour: "var(--grey)", line: false, points: points(result.equal) },
    { name: "chosen", word: "allocated widths", colour: "var(--ink)", line: false, points: points([result.allocation], true) },
  ].filter((group) => group.points.length > 0);
}

function tradeOffChart(result) {
  const groups = kCosts.map((cost) => tradeOffGroups(result, cost));
  if (groups[0].length === 0) return null;
  return chart({ id: "chart-trade-off", title: result.images > 0 ? "Loss over cost" : "SQNR over cost",
    note: result.curve.length > 0 ? "By rule that made the widths"
      : "dcnsim allocate --json FILE --curve FILE.csv adds the curves of all rules",
    parts: groups[0].map(({ name, word, colour }) => ({ name, word, colour })),
    modes: kCosts.map((cost, k) => ({ name: cost.name, draw: tradeOff({ groups: groups[k],
      xTitle: cost.title, xWord: cost.word, ...(result.images > 0 ? { yTitle: "loss, points", yWord: "loss points" }
        : { yTitle: "output SQNR, dB", yWord: "SQNR" }) }) })),
    table: result.curve.length > 0 ? () => figuresTable(result, "Curves", result.curve) : null });
}

function figuresTable(result, caption, rows) {
  return dataTable({ caption, rows, columns: [
    { title: "Widths", value: (f) => f.name },
    ...kCosts.map((cost) => ({ title: cost.column, word: cost.word, numeric: true, value: cost.of })),
    { title: "Predicted, dB", word: "predicted", numeric: true, value: (f) => f.predicted_db, minor: true },
    ...(rows[0].measured_db !== undefined ? [{ title: "Measured, dB", word: "measured", numeric: true, value: (f) => f.measured_db }]
      : []),
    ...(result.images > 0 ? [
      { title: "Top-1, %", word: "top-1", numeric: true, value: (f) => (f.accuracy ? f.accuracy.percent : null) },
      { title: "95 % interval", word: "95 % interval", numeric: true, value: (f) => (f.accuracy ? f.accuracy.low : null),
        text: (f) => (f.accuracy ? rangeText(f.accuracy) : "–") }] : []),
  ] });
}

function comparisonTable(result) {
  return figuresTable(result, "Chosen and equal widths", [result.allocation, ...result.equal]);
}

function savingTable(result) {
  const rows = [["weights, kB", 1e3, result.savings.bytes], ["energy, µJ", 1e6, result.savings.energy_pj]]
    .flatMap(([what, divisor, list]) => list.map((saving) => ({ what, divisor, ...saving })));
  if (rows.length === 0) return null;
  const scaled = (key) => (r) => (r[key] === null ? null : r[key] / r.divisor);
  const saved = (r) => relativeChange(r.equal, r.with_rule);
  return dataTable({ caption: "At equal accuracy, interpolated along the curves", rows, columns: [
    { title: "Top-1, %", word: "top-1", value: (r) => 100 * r.top1, text: (r) => figure(100 * r.top1) },
    { title: "Cost", value: (r) => r.what },
    { title: "Rule", value: (r) => r.rule },
    { title: "With the rule", numeric: true, value: scaled("with_rule") },
    { title: "Equal widths", word: "equal widths", numeric: true, value: scaled("equal") },
    { title: "Change", numeric: true, value: saved, text: (r) => signedPercent(saved(r)) },
  ] });
}

function widthChart(result) {
  const rows = result.tensors.map((tensor) => ({ name: tensor.name, colour: tensorColour(tensor.name),
    bars: [{ tag: "", value: tensor.bits, text: `${tensor.bits} bits · ${tensor.format}` }] }));
  return chart({ id: "chart-widths", title: "Widths", note: "Bits of each tensor, in the order of the layers",
    modes: [{ name: "bits", draw: rankedBars({ rows, axisTitle: "bits" }) }] });
}

function noiseChart(result) {
  const rows = result.tensors.map((tensor) => ({ name: tensor.name, colour: tensorColour(tensor.name),
    bars: [{ tag: "", value: 100 * tensor.noise_share, text: percent(tensor.noise_share) }] }));
  return chart({ id: "chart-noise", title: "Whose noise it is", word: "noise %",
    note: "Share of the predicted noise of the network's output",
    modes: [{ name: "noise", draw: rankedBars({ rows, axisTitle: "share, %" }) }] });
}

// Why a tensor has its width, in words.
function whyText(tensor, cost) {
  if (tensor.lowest === tensor.highest) return "given";
  if (tensor.saved_cost === null || tensor.lost_db === null) return "the lowest that was allowed";
  const { unit, divisor } = Object.hasOwn(kCostUnits, cost.unit) ? kCostUnits[cost.unit]
    : { unit: cost.unit, divisor: 1 };
  const most = tensor.bits === tensor.highest ? "the most that was allowed; " : "";
  return `${most}one bit less saves ${figure(tensor.saved_cost / divisor)} ${unit} and takes ` +
    `${figure(tensor.lost_db)} dB of the output's SQNR`;
}

function whyTable(result) {
  return dataTable({ caption: "Tensors", rows: result.tensors, columns: [
    { title: "Tensor", value: (t) => t.name },
    { title: "Bits", numeric: true, value: (t) => t.bits },
    { title: "Format", word: "format", value: (t) => t.format },
    { title: "Why", value: (t) => whyText(t, result.cost),
      cell: (t) => el("span", { class: "words" }, whyText(t, result.cost)) },
    { title: "Noise", word: "noise %", numeric: true, value: (t) => t.noise_share, text: (t) => percent(t.noise_share) },
    { title: "Bits before rounding", word: "real", numeric: true, value: (t) => t.real_bits },
    { title: "SQNR, dB", word: "SQNR", numeric: true, value: (t) => t.sqnr_db },
    { title: "dB a bit", word: "dB/bit", numeric: true, value: (t) => t.db_per_bit, minor: true },
    { title: "Elements", numeric: true, value: (t) => t.elements, text: (t) => whole(t.elements) },
  ] });
}
