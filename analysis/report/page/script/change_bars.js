// SPDX-License-Identifier: Apache-2.0
// What changes from A to B, to the left for less and to the right for more.

// rows: [{name, change, text}]
function changeBars({ rows, axisTitle }) {
  return (width) => {
    const step = 25;
    const names = nameColumn(rows.map((row) => row.name), { width, step });
    const left = names.room + 12;
    const room = d3.max(rows, (row) => row.text.length) * 6.4 + 10;
    const top = 6;
    const bottom = top + names.height + 2;
    const svg = newSvg(width, bottom + 42);
    const low = Math.min(0, d3.min(rows, (row) => row.change));
    const high = Math.max(0, d3.max(rows, (row) => row.change));
    const x = d3.scaleLinear().domain(low === high ? [-1, 1] : [low, high])
      .range([left + (low < 0 ? room : 0), width - (high > 0 ? room : 14)]);
    xAxis(svg, x, { top, bottom, title: axisTitle, right: width - 8, format: signedFigure });
    svg.append("line").attr("class", "zero").attr("x1", x(0)).attr("x2", x(0)).attr("y1", top)
      .attr("y2", bottom);
    rows.forEach((row, i) => {
      const g = svg.append("g").attr("class", "row").attr("transform", `translate(0,${top + names.at(i)})`);
      names.draw(g, i, left - 10);
      const [from, to] = [Math.min(x(0), x(row.change)), Math.max(x(0), x(row.change))];
      hint(g.append("rect").attr("class", "part").attr("x", from).attr("y", 5)
        .attr("width", Math.max(0.5, to - from)).attr("height", 15)
        .style("fill", row.change > 0 ? "var(--more)" : "var(--less)"), `${row.name}: ${row.text}`);
      g.append("text").attr("class", "amount").attr("x", row.change < 0 ? from - 6 : to + 6)
        .attr("y", 12.5).attr("dy", "0.34em").attr("text-anchor", row.change < 0 ? "end" : "start")
        .text(row.text);
    });
    return svg;
  };
}
