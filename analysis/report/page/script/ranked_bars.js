// SPDX-License-Identifier: Apache-2.0
// Bars with their figures, one row a name; of several results, a bar each.

// rows: [{name, word, colour, bars: [{tag, value, text}]}]
function rankedBars({ rows, axisTitle, axisWord, format, most }) {
  return (width) => {
    const bars = d3.max(rows, (row) => row.bars.length);
    const several = bars > 1;
    const tags = several ? 7 * d3.max(rows, (row) => d3.max(row.bars, (bar) => bar.tag.length)) : 0;
    const [step, thickness] = several ? [6 + 16 * bars, 13] : [25, 15];
    const names = nameColumn(rows.map((row) => row.name), { width, step });
    const left = names.room + 20 + (several ? tags + 6 : 0);
    const room = d3.max(rows, (row) => d3.max(row.bars, (bar) => bar.text.length)) * 6.6 + 12;
    const right = Math.min(room, (width - left) * 0.6);
    const top = 6;
    const bottom = top + names.height + 2;
    const svg = newSvg(width, bottom + 42);
    const largest = most || d3.max(rows, (row) => d3.max(row.bars, (bar) => bar.value)) || 1;
    const x = d3.scaleLinear().domain([0, largest]).range([left, width - right]);
    xAxis(svg, x, { top, bottom, title: axisTitle, word: axisWord, right: width - right, format });
    rows.forEach((row, i) => {
      const g = svg.append("g").attr("class", "row")
        .attr("transform", `translate(0,${top + names.at(i)})`);
      markTerm(names.draw(g, i, left - (several ? tags + 16 : 10)), row.word);
      row.bars.forEach((bar, k) => {
        const y = several ? 4 + k * (thickness + 3) : (step - thickness) / 2;
        if (several) {
          g.append("text").attr("class", "tag").attr("x", left - 8).attr("y", y + thickness / 2)
            .attr("dy", "0.34em").attr("text-anchor", "end").text(bar.tag);
        }
        hint(g.append("rect").attr("class", "part").attr("x", left).attr("y", y)
          .attr("width", Math.max(0.5, x(bar.value) - left)).attr("height", thickness)
          .style("fill", row.colour), `${row.name}: ${bar.text}`);
        g.append("text").attr("class", "amount").attr("x", Math.max(left, x(bar.value)) + 6)
          .attr("y", y + thickness / 2).attr("dy", "0.34em").text(bar.text);
      });
    });
    return svg;
  };
}
