// SPDX-License-Identifier: Apache-2.0
// The magnitudes of each tensor against what its format holds: a band from half a step, below which
// all becomes 0, to the largest code; in it a box of the middle half, a bar of 98 % and a line of
// all. What sticks out on the right is clipped.

function tensorColour(name) {
  return name.endsWith(".weight") ? "var(--weight)" : "var(--output)";
}

// Those with a range and values to draw.
function drawnTensors(tensors) {
  return tensors.filter((tensor) => tensor.range && tensor.values && tensor.values.magnitudes[0] > 0);
}

function largestHeld(range) {
  return Math.max(Math.abs(range.low), Math.abs(range.high));
}

const kRangeParts = [
  { name: "the format holds", word: "format", colour: "var(--band)" },
  { name: "half of a weight's values, 98 %, all", colour: "var(--weight)" },
  { name: "of an output's", colour: "var(--output)" },
  { name: "out of range: clipped", word: "out of range", colour: "var(--clipped)" },
];

// Powers of two, as many as find room.
function powersOfTwo([low, high], room) {
  const [first, last] = [Math.ceil(Math.log2(low)), Math.floor(Math.log2(high))];
  const step = Math.max(1, Math.ceil((last - first + 1) * 44 / room));
  return d3.range(Math.ceil(first / step) * step, last + 1, step).map((e) => 2 ** e);
}

function powerText(value) {
  const digits = String(Math.round(Math.log2(value))).replace("-", "⁻");
  return `2${digits.replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`;
}

function tensorRanges(tensors) {
  return (width) => {
    const [step, top] = [24, 6];
    const names = nameColumn(tensors.map((tensor) => tensor.name), { width, step });
    const left = names.room + 20;
    const wide = width > 620;
    const right = wide ? 120 : 50;
    const bottom = top + names.height + 2;
    const svg = newSvg(width, bottom + 42);
    const x = d3.scaleLog().base(2).clamp(true).range([left, width - right]).domain([
      d3.min(tensors, (t) => Math.min(t.range.step / 2, t.values.magnitudes[1])) / 1.5,
      d3.max(tensors, (t) => Math.max(largestHeld(t.range), t.values.magnitudes[6])) * 1.2]);
    xAxis(svg, x, { top, bottom, title: "magnitude of values other than 0", right: width - right,
      ticks: powersOfTwo(x.domain(), width - left - right), format: powerText });
    tensors.forEach((tensor, i) => {
      const g = svg.append("g").attr("class", "row tensor-range")
        .attr("transform", `translate(0,${top + names.at(i)})`);
      names.draw(g, i, left - 10);
      drawRange(g, { tensor, x, middle: step / 2 });
      g.append("text").attr("class", "amount").attr("x", width - right + 8).attr("y", step / 2)
        .attr("dy", "0.34em").text(tensor.format + (wide ? ` · ${decibelText(tensor.sqnr_db)}` : ""));
    });
    return svg;
  };
}

function rangeChart(tensors) {
  const known = drawnTensors(tensors);
  return chart({ id: "chart-ranges", title: "Range of each tensor", word: "format", note:
    `${plural(known.length, "tensor")}; magnitudes on a logarithmic axis`, parts: kRangeParts,
  modes: [{ name: "ranges", draw: tensorRanges(known) }], table: () => tensorTable(tensors) });
}

const kRangeNote = "Where a line ends beyond the band the format clips; where it begins before, values become 0.";

// Of a run that knows them: what each tensor's format holds of its values.
function rangeSection(tensors) {
  const known = drawnTensors(tensors || []);
  if (known.length === 0) return null;
  return section("Formats against values", kRangeNote, rangeChart(tensors),
    behind("Distributions", () => el("div", {}, el("p", { class: "note" }, distributionNote(known)),
      distributions(known))));
}

function drawRange(g, { tensor, x, middle }) {
  const { range, values } = tensor;
  const [least, p1, p25, , p75, p99, most] = values.magnitudes;
  const held = largestHeld(range);
  const bar = (kind, from, to, height, colour) => (to > from ? g.append("rect").attr("class", kind)
    .attr("x", x(from)).attr("width", Math.max(0.5, x(to) - x(from))).attr("y", middle - height / 2)
    .attr("height", height).style("fill", colour) : null);
  const colour = tensorColour(tensor.name);
  bar("band", range.step / 2, held, 18, "var(--band)");
  bar("all", least, Math.min(most, held), 1.5, colour);
  bar("most", p1, Math.min(p99, held), 5, colour);
  bar("half", p25, Math.min(p75, held), 11, colour);
  bar("clipped", held, most, 5, "var(--clipped)");
  hint(g, `${tensor.name}, ${tensor.format}: holds ${figure(range.low)} to ${figure(range.high)} in ` +
    `steps of ${figure(range.step)}; values ${figure(values.low)} to ${figure(values.high)}; ` +
    `${percent(values.beyond)} out of range, ${percent(values.to_zero)} become 0`);
}

const kMeasuredColumns = [
  { title: "dB a bit", word: "dB/bit", numeric: true, value: (t) => t.db_per_bit },
  { title: "Paper's rule, dB", word: "paper's n", numeric: true, value: (t) => t.paper_sqnr_db, minor: true },
  { title: "Density", word: "density", value: (t) => t.density ?? "–" },
  { title: "Kurtosis", word: "kurtosis", numeric: true, value: (t) => t.kurtosis, minor: true },
];

function tensorTable(tensors) {
  const of = (get) => (t) => (t.values ? get(t.values) : null);
  // A run does not know what more bits would bring.
  const isMeasured = tensors.some((t) => t.kurtosis !== undefined);
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
    ...(isMeasured ? kMeasuredColumns : []),
  ] });
}
