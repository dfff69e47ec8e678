// SPDX-License-Identifier: Apache-2.0
// Stacked bars, a row for each layer from the input down; of several results, a bar each.

// rows: [{name, bars: [{tag, values, total}]}], values by part, in the axis's unit.
function layerBars({ rows, parts, axisTitle, share }) {
  return (width) => {
    const bars = d3.max(rows, (row) => row.bars.length);
    const several = bars > 1;
    const right = share ? 16 : 64;
    const [step, thickness] = several ? [6 + 16 * bars, 13] : [25, 17];
    const names = nameColumn(rows.map((row) => row.name), { width, step });
    const left = names.room + (several ? 26 : 12);
    const top = 6;
    const bottom = top + names.height + 2;
    const svg = newSvg(width, bottom + 42);
    const most = d3.max(rows, (row) => d3.max(row.bars, (bar) => bar.total)) || 1;
    const x = d3.scaleLinear().domain([0, share ? 1 : most]).range([left, width - right]);
    xAxis(svg, x, { top, bottom, title: axisTitle, right: width - right,
      format: share ? percent : figure });
    rows.forEach((row, i) => {
      const g = svg.append("g").attr("class", "layer")
        .attr("transform", `translate(0,${top + names.at(i)})`);
      names.draw(g, i, left - (several ? 24 : 10));
      row.bars.forEach((bar, k) => {
        const y = several ? 4 + k * (thickness + 3) : (step - thickness) / 2;
        if (several) {
          g.append("text").attr("class", "tag").attr("x", left - 8).attr("y", y + thickness / 2)
            .attr("dy", "0.34em").attr("text-anchor", "end").text(bar.tag);
        }
        drawStack(g, { bar, parts, x, y, thickness, share, name: row.name });
      });
    });
    return svg;
  };
}

function drawStack(g, { bar, parts, x, y, thickness, share, name }) {
  const scale = share ? (bar.total ? 1 / bar.total : 0) : 1;
  let sum = 0;
  bar.values.forEach((value, p) => {
    if (!(value > 0)) return;
    const from = x(sum * scale);
    sum += value;
    const rect = g.append("rect").attr("class", "part").attr("x", from).attr("y", y)
      .attr("width", Math.max(0.5, x(sum * scale) - from)).attr("height", thickness)
      .style("fill", parts[p].colour);
    hint(rect, `${name}${bar.tag ? ` (${bar.tag})` : ""}: ${parts[p].name} ` +
      `${figure(value)}, ${percent(value / bar.total)}`);
  });
  if (!share) {
    g.append("text").attr("class", "amount").attr("x", x(sum) + 6).attr("y", y + thickness / 2)
      .attr("dy", "0.34em").text(figure(bar.total));
  }
}
