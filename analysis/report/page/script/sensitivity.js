// SPDX-License-Identifier: Apache-2.0
// Which axis moves a metric: its main effect as a bar, and the mean at each of its positions.

function sensitivitySection(sweep) {
  const entries = sweep.sensitivity.filter((entry) => sweep.metric(entry.metric));
  if (entries.length === 0) return null;
  const content = el("div", {});
  const show = (name) => {
    const entry = entries.find((e) => e.metric === name);
    replaceContent(content, sensitivityCharts(sweep, entry, sweep.metric(name)));
  };
  const objective = sweep.objectives.find((m) => entries.some((e) => e.metric === m.name));
  const first = objective ? objective.name : entries[0].metric;
  show(first);
  return section("What moves a metric",
    "Share of the metric's variance over all points that the axis alone explains (main effect).",
    el("div", { class: "controls" }, select("metric", entries.map((e) => ({ value: e.metric,
      text: metricTitle(sweep.metric(e.metric)) })), first, show)), content);
}

function sensitivityCharts(sweep, entry, metric) {
  const rows = entry.axes.map((a) => ({ ...a, texts: (sweep.axes.find((x) => x.name === a.axis)).texts }))
    .filter((a) => a.means.length > 1).sort((a, b) => (b.share || 0) - (a.share || 0));
  if (rows.length === 0) return el("p", { class: "note" }, "No axis has two positions.");
  const bars = rows.map((row) => ({ name: row.axis, colour: "var(--first)",
    bars: [{ tag: "", value: row.share || 0, text: percent(row.share || 0) }] }));
  const title = metricTitle(metric);
  return el("div", { class: "charts" },
    chart({ id: "chart-sensitivity", title: `Share of variance: ${metricName(metric).toLowerCase()}`,
      word: "share of variance",
      modes: [{ name: "share", draw: rankedBars({ rows: bars, axisTitle: "share of the variance",
        format: percent, most: Math.max(0.05, d3.max(bars, (b) => b.bars[0].value)) }) }],
      table: barTable(bars, `Share of variance, ${title}`) }),
    chart({ id: "chart-means", title: `Mean at each position: ${metricName(metric).toLowerCase()}`,
      note: "All rows have one scale", modes: [{ name: "means", draw: meanDots(rows, metric) }],
      table: () => dataTable({ caption: `Means, ${title}`,
        rows: rows.flatMap((row) => row.means.map((mean, p) => ({ axis: row.axis, at: row.texts[p], mean }))),
        columns: [{ title: "Axis", value: (r) => r.axis }, { title: "Position", value: (r) => r.at },
          { title: `Mean ${title}`, word: metricWord(metric), numeric: true, value: (r) => r.mean }] }) }));
}

// A dot for each position; the first and the last by name, where there is room.
function meanDots(rows, metric) {
  return (width) => {
    const step = 44;
    const names = nameColumn(rows.map((row) => row.axis), { width, step });
    const left = names.room + 12;
    const top = 6;
    const bottom = top + names.height + 2;
    const svg = newSvg(width, bottom + 42);
    const means = rows.flatMap((row) => row.means).filter((m) => m !== null);
    const [low, high] = d3.extent(means);
    const air = 0.08 * (high - low) || Math.abs(high) * 0.08 || 1;
    const x = d3.scaleLinear().domain([low - air, high + air]).range([left, width - 14]);
    xAxis(svg, x, { top, bottom, right: width - 14, title: `mean ${metricTitle(metric)}`, word: metricWord(metric) });
    rows.forEach((row, r) => {
      const g = svg.append("g").attr("class", "row").attr("transform", `translate(0,${top + names.at(r)})`);
      names.draw(g, r, left - 10);
      const dots = row.means.map((mean, p) => ({ mean, text: row.texts[p] })).filter((d) => d.mean !== null);
      g.append("line").attr("class", "span").attr("x1", x(d3.min(dots, (d) => d.mean)))
        .attr("x2", x(d3.max(dots, (d) => d.mean))).attr("y1", 24).attr("y2", 24);
      let taken = -Infinity;
      dots.slice().sort((a, b) => a.mean - b.mean).forEach((dot) => {
        const cx = x(dot.mean);
        hint(g.append("circle").attr("class", "dot").attr("cx", cx).attr("cy", 24).attr("r", 4.5),
          `${row.axis} ${dot.text}: ${withUnit(dot.mean, metric.unit)}`);
        const half = dot.text.length * 3.3;
        const at = Math.max(left + half, Math.min(width - half, cx));
        if (at - half < taken) return;
        taken = at + half + 5;
        g.append("text").attr("class", "dot-name").attr("x", at).attr("y", 13)
          .attr("text-anchor", "middle").text(dot.text);
      });
    });
    return svg;
  };
}
