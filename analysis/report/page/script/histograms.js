// SPDX-License-Identifier: Apache-2.0
// How the values of a tensor are distributed, on a logarithmic scale of counts, with the range of
// its format: what lies beyond is clipped.

function histogram(tensor) {
  return (width) => {
    const { range, values } = tensor;
    const svg = newSvg(width, 152);
    const [top, bottom] = [6, 112];
    const margin = { left: 34, right: 8 };
    const [low, high] = [Math.min(values.low, 0), Math.max(values.high, 0)];
    // A range far wider than the values would leave them no room.
    const span = (high - low) || 1;
    const x = d3.scaleLinear().range([margin.left, width - margin.right]).clamp(true).domain([
      Math.min(low, Math.max(range.low, low - span)) - 0.02 * span,
      Math.max(high, Math.min(range.high, high + span)) + 0.02 * span]);
    const most = Math.max(10, d3.max(values.counts));
    const y = d3.scaleLog().domain([0.5, most * 1.3]).range([bottom, top]);
    histogramAxes(svg, { x, y, top, bottom, width, margin, most });
    svg.append("rect").attr("class", "band").attr("x", x(range.low)).attr("y", top)
      .attr("width", Math.max(1, x(range.high) - x(range.low))).attr("height", bottom - top)
      .style("fill", "var(--band)").lower();
    const size = (values.high - values.low) / values.counts.length;
    values.counts.forEach((count, bin) => {
      if (!(count > 0)) return;
      const from = values.low + bin * size;
      // A bin over an end of the range is of both colours.
      for (const [a, b, inside] of [[from, Math.min(from + size, range.low), false],
        [Math.max(from, range.low), Math.min(from + size, range.high), true],
        [Math.max(from, range.high), from + size, false]]) {
        if (!(b > a)) continue;
        hint(svg.append("rect").attr("class", inside ? "bin" : "bin clipped").attr("x", x(a))
          .attr("width", Math.max(0.5, x(b) - x(a))).attr("y", y(count)).attr("height", bottom - y(count))
          .style("fill", inside ? tensorColour(tensor.name) : "var(--clipped)"),
        `${figure(from)} to ${figure(from + size)}: ${plural(count, "value")}${inside ? "" : ", clipped"}`);
      }
    });
    return svg;
  };
}

function histogramAxes(svg, { x, y, top, bottom, width, margin, most }) {
  xAxis(svg, x, { top, bottom, title: "value", right: width - margin.right,
    ticks: x.ticks(Math.max(2, Math.floor(width / 90))) });
  const powers = d3.range(0, Math.floor(Math.log10(most)) + 1).map((e) => 10 ** e);
  const each = Math.ceil(powers.length / 4);
  yAxis(svg, y, { left: margin.left, right: width - margin.right, top, title: "",
    ticks: powers.filter((_, i) => i % each === 0), format: (v) => d3.format("~s")(v) });
}

function histogramFigure(tensor) {
  const { values } = tensor;
  return chart({ title: tensor.name, note: `${tensor.format}, ${decibelText(tensor.sqnr_db)}: ` +
      `${percent(values.beyond)} out of range, ${percent(values.to_zero)} become 0` +
      (values.zeros > 0 ? `; ${percent(values.zeros / (values.zeros + values.others))} of all are 0` : "") +
      (tensor.density ? `; nearest density: ${tensor.density}` : ""),
    modes: [{ name: "values", draw: histogram(tensor) }] });
}

// Histograms that are drawn at once; a large network has hundreds of tensors.
const kMostHistograms = 24;

// Exact tensors last.
function byRisingSqnr(tensors) {
  const db = (tensor) => tensor.sqnr_db ?? Infinity;
  return tensors.slice().sort((a, b) => (db(a) === db(b) ? 0 : db(a) - db(b)));
}

function distributionNote(tensors) {
  return "Values other than 0, counts on a logarithmic scale; the band is what the format holds, what lies " +
    `beyond is clipped.${tensors.length > kMostHistograms ? " The lowest SQNR first." : ""}`;
}

function distributions(tensors) {
  const some = tensors.length > kMostHistograms ? byRisingSqnr(tensors).slice(0, kMostHistograms) : tensors;
  const rest = tensors.filter((tensor) => !some.includes(tensor));
  const grid = (part) => el("div", { class: "histograms" }, part.map(histogramFigure));
  return [grid(some), rest.length > 0 ? behind(`${plural(rest.length, "more tensor")}`, () => grid(rest)) : null];
}
