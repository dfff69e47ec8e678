// SPDX-License-Identifier: Apache-2.0
// Each point as a line through its settings and figures, a row each: what good points have in
// common. Of many points the front and some others.

const kMostLines = 1000;
const kRowStep = 58;

function parallelSection(view) {
  const rows = parallelRows(view.sweep);
  if (rows.length < 3) return null;
  return section("Settings and figures together",
    "A line is a point: coloured on the front, pale else. Click one to select it.",
    new ParallelLines(view, rows).element);
}

// The axes that tell points apart, and the metrics that the study is about.
function parallelRows(sweep) {
  const main = sweep.mainMetrics();
  return [
    ...sweep.axes.map((axis, a) => ({ name: axis.name, texts: axis.texts,
      of: (i) => sweep.points.axes[a][i] })).filter((row) => row.texts.length > 1),
    ...sweep.metrics.filter((m) => main.has(m.name)).map((metric) => ({ name: metricTitle(metric),
      word: metricWord(metric), of: (i) => sweep.value(i, metric) })),
  ];
}

class ParallelLines {
  constructor(view, rows) {
    this.view = view;
    this.rows = rows;
    this.width = 0;
    this.note = el("p", { class: "note" });
    this.canvas = el("div", { class: "canvas scatter" });
    this.element = el("figure", { id: "chart-parallel" }, this.canvas, slideButton(), this.note);
    this.canvas.drawAgain = (width) => {
      if (width === this.width || width === 0) return;
      this.width = width;
      this.draw();
    };
    kWidthObserver.observe(this.canvas);
    view.onChange((what) => (what === "selection" ? this.drawChosen() : this.draw()));
  }

  draw() {
    if (this.width === 0) return;
    const { view, rows, width } = this;
    const whole = view.shown.filter((i) => rows.every((row) => row.of(i) !== null));
    this.shown = new Set(whole);
    const front = new Set(view.front);
    const others = whole.filter((i) => !front.has(i));
    const every = Math.ceil(others.length / kMostLines) || 1;
    const drawn = others.filter((_, k) => k % every === 0);
    this.note.textContent = every === 1 ? "" :
      `The front and ${plural(drawn.length, "other")} of ${plural(others.length, "point")}, every ${every}th.`;
    this.svg = newSvg(width, rows.length * kRowStep + 8).attr("role", "img").attr("class", "parallel")
      .attr("aria-label", `Points as lines through ${listText(rows.map((row) => row.name))}`);
    this.scales = rows.map((row, r) => this.drawRow(row, r, whole));
    const line = d3.line();
    this.svg.append("path").attr("class", "others")
      .attr("d", drawn.map((i) => line(this.places(i))).join(""));
    const colours = pointColours(view);
    const best = whole.filter((i) => front.has(i));
    for (const i of best) {
      this.svg.append("path").attr("class", "front-line").attr("d", line(this.places(i)))
        .style("stroke", colours.list[colours.of(i)].colour);
    }
    this.drawn = [...best, ...drawn];
    this.chosen = this.svg.append("g");
    this.svg.selectAll(".axis").raise();  // words above the lines
    this.svg.node().addEventListener("click", (event) => this.click(event));
    replaceContent(this.canvas, this.svg.node());
    this.drawChosen();
  }

  // Returns where its values lie.
  drawRow(row, r, points) {
    const { width } = this;
    const y = r * kRowStep + 26;
    const [left, right] = [8, width - 8];
    const g = this.svg.append("g").attr("class", "axis");
    g.append("line").attr("class", "grid").attr("x1", left).attr("x2", right).attr("y1", y).attr("y2", y);
    markTerm(g.append("text").attr("class", "title").attr("x", 0).attr("y", y - 12).text(row.name), row.word);
    const [low, high] = row.texts ? [-0.5, row.texts.length - 0.5]
      : d3.extent(points, (i) => row.of(i));
    const x = d3.scaleLinear().range([left, right])
      .domain(low === undefined ? [0, 1] : low === high ? [low - 1, high + 1] : [low, high]);
    const ticks = row.texts ? row.texts.map((text, p) => [p, text])
      : [...new Set([low, high])].filter((v) => v !== undefined).map((v) => [v, figure(v)]);
    let taken = -Infinity;
    for (const [value, text] of ticks) {
      const shown = shortened(text, 16);
      const half = shown.length * 3.9;
      const at = Math.max(half, Math.min(width - half, x(value)));
      if (at - half < taken) continue;
      taken = at + half + 4;
      hint(g.append("text").attr("x", at).attr("y", y + 17).attr("text-anchor", "middle").text(shown),
        text);
    }
    return { x, y };
  }

  places(i) {
    return this.rows.map((row, r) => [this.scales[r].x(row.of(i)), this.scales[r].y]);
  }

  drawChosen() {
    if (!this.chosen) return;
    const { view } = this;
    this.chosen.selectAll("*").remove();
    for (const i of pointsOf(view)) {
      if (!this.shown.has(i)) continue;
      hint(this.chosen.append("path").attr("class", "chosen").attr("d", d3.line()(this.places(i))),
        `Point ${view.sweep.points.id[i]}`);
    }
  }

  click(event) {
    const bounds = this.svg.node().getBoundingClientRect();
    const scale = this.width / bounds.width;
    const [px, py] = [(event.clientX - bounds.left) * scale, (event.clientY - bounds.top) * scale];
    let [found, least] = [null, kHalo];
    for (const i of this.drawn) {
      const distance = Math.abs(lineAt(this.places(i), py) - px);
      if (distance < least) [found, least] = [i, distance];
    }
    if (found !== null) this.view.select(found);
  }
}

// Where a line that runs down crosses a height.
function lineAt(places, y) {
  const below = places.findIndex((place) => place[1] >= y);
  if (below <= 0) return below < 0 ? places[places.length - 1][0] : places[0][0];
  const [[x0, y0], [x1, y1]] = [places[below - 1], places[below]];
  return x0 + (x1 - x0) * (y - y0) / (y1 - y0);
}
