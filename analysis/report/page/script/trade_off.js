// SPDX-License-Identifier: Apache-2.0
// What is lost over what it costs, by rule: points with the interval of their accuracy.

// groups: [{name, colour, line, points: [{x, y, low, high, text}]}], low and high only if known.
function tradeOff({ groups, xTitle, xWord, yTitle, yWord }) {
  return (width) => {
    const margin = { left: 52, right: 16, top: 26, bottom: 300 };
    const svg = newSvg(width, margin.bottom + 44);
    const points = groups.flatMap((group) => group.points);
    const ends = (values) => {
      const [low, high] = d3.extent(values);
      const air = 0.05 * (high - low) || 0.05 * Math.abs(high) || 1;
      return [low - air, high + air];
    };
    const x = d3.scaleLinear().domain(ends(points.map((p) => p.x)))
      .range([margin.left, width - margin.right]);
    const y = d3.scaleLinear().domain(ends(points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y])))
      .range([margin.bottom, margin.top]);
    xAxis(svg, x, { top: margin.top, bottom: margin.bottom, right: width - margin.right, title: xTitle,
      word: xWord });
    yAxis(svg, y, { left: margin.left, right: width - margin.right, top: margin.top, title: yTitle,
      word: yWord });
    for (const group of groups) {
      const g = svg.append("g").attr("class", "curve");
      const sorted = group.points.slice().sort((a, b) => a.x - b.x);
      if (group.line) {
        g.append("path").attr("class", "curve-line").style("stroke", group.colour)
          .attr("d", d3.line().x((p) => x(p.x)).y((p) => y(p.y))(sorted));
      }
      sorted.forEach((p) => {
        if (p.low !== undefined) {
          g.append("line").attr("class", "whisker").attr("x1", x(p.x)).attr("x2", x(p.x))
            .attr("y1", y(p.low)).attr("y2", y(p.high)).style("stroke", group.colour);
        }
        hint(g.append("circle").attr("class", "mark").attr("cx", x(p.x)).attr("cy", y(p.y))
          .attr("r", group.line ? 4 : 6).style("fill", group.colour), p.text);
      });
    }
    return svg;
  };
}
