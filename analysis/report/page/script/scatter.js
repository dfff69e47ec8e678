// SPDX-License-Identifier: Apache-2.0
// The points over two metrics. Ten thousand marks are a few paths, one a colour, so that a filter
// changes them at once.

class Scatter {
  constructor(view) {
    this.view = view;
    this.cursor = null;
    this.width = 0;
    this.onZoom = () => {};
    this.canvas = el("div", { class: "canvas scatter" });
    this.tip = el("div", { class: "tip", hidden: true });
    this.status = el("p", { class: "status", role: "status", "aria-live": "polite" });
    this.legend = el("div", {});
    this.element = el("figure", { id: "chart-front", class: "plot" }, this.controls(), this.legend, this.canvas, this.tip,
      slideButton(), this.status, el("p", { class: "note keys" }, "Click a point, or focus the chart and use ← → " +
        "along all points, ↑ ↓ along the front, Enter to select, P to pin. Drag to zoom."));
    this.canvas.drawAgain = (width) => {
      if (width === this.width || width === 0) return;
      this.width = width;
      this.draw();
    };
    this.input = new ScatterInput(this);
    kWidthObserver.observe(this.canvas);
    view.onChange((what) => (what === "selection" ? this.drawMarks() : this.draw()));
  }

  controls() {
    const { view } = this;
    const { sweep } = view;
    const metrics = sweep.metrics.map((m) => ({ value: m.name, text: metricTitle(m) }));
    const choose = (set) => (value) => {
      set(value);
      view.changed("axes");
    };
    return el("div", { class: "controls" },
      el("div", { class: "group" }, select("x", metrics, view.x.name,
        choose((name) => { view.x = sweep.metric(name); })),
      checkbox("log", view.logX, choose((on) => { view.logX = on; }))),
      el("div", { class: "group" }, select("y", metrics, view.y.name,
        choose((name) => { view.y = sweep.metric(name); })),
      checkbox("log", view.logY, choose((on) => { view.logY = on; }))),
      select("colour", sweep.axes.map((axis, a) => ({ value: String(a), text: axis.name })),
        String(sweep.axes.indexOf(view.colour)), choose((a) => { view.colour = sweep.axes[a]; })));
  }

  scale(metric, log, range, points) {
    const values = points.map((i) => this.view.sweep.value(i, metric));
    let [low, high] = values.length > 0 ? d3.extent(values) : [0, 1];
    if (log && low > 0) {
      const air = Math.max(1.02, (high / low) ** 0.04);
      return d3.scaleLog().domain([low / air, high * air]).range(range);
    }
    const air = 0.04 * (high - low) || 0.04 * Math.abs(high) || 1;
    return d3.scaleLinear().domain([low - air, high + air]).range(range);
  }

  draw() {
    if (this.width === 0) return;
    const { view, width } = this;
    const { sweep, x: xMetric, y: yMetric } = view;
    const height = Math.max(320, Math.min(560, Math.round(width * 0.62)));
    const margin = { left: 62, right: 14, top: 30, bottom: height - 46 };
    this.points = view.shown.filter((i) =>
      sweep.value(i, xMetric) !== null && sweep.value(i, yMetric) !== null);
    const x = this.scale(xMetric, view.logX, [margin.left, width - margin.right], this.points);
    const y = this.scale(yMetric, view.logY, [margin.bottom, margin.top], this.points);
    Object.assign(this, { x, y, margin, height });
    this.places = new Map(this.points.map((i) =>
      [i, [x(sweep.value(i, xMetric)), y(sweep.value(i, yMetric))]]));
    this.svg = newSvg(width, height).attr("tabindex", 0).attr("role", "application")
      .attr("aria-roledescription", "scatter plot")
      .attr("aria-label", `${metricTitle(yMetric)} over ${metricTitle(xMetric)}, ` +
        `${plural(this.points.length, "point")}. Arrow keys move, Enter selects, P pins.`);
    const title = (metric) => `${metricTitle(metric)} (${metric.better} is better)`;
    xAxis(this.svg, x, { top: margin.top, bottom: margin.bottom, right: width - margin.right,
      title: title(xMetric), word: metricWord(xMetric), ticks: x.base ? logTicks(x.domain()) : null });
    yAxis(this.svg, y, { left: margin.left, right: width - margin.right, top: margin.top - 2,
      title: title(yMetric), word: metricWord(yMetric), ticks: y.base ? logTicks(y.domain()) : null });
    this.drawConstraints();
    this.drawPoints();
    this.drawFront();
    this.marks = this.svg.append("g");
    this.input.listen(this.svg.node());
    replaceContent(this.canvas, this.svg.node());
    this.drawMarks();
    this.say();
  }

  place(i) {
    return this.places.get(i);
  }

  drawPoints() {
    const colours = pointColours(this.view);
    const { feasible } = this.view.sweep.points;
    const paths = colours.list.map(() => ["", ""]);
    for (const i of this.points) {
      const [px, py] = this.place(i);
      paths[colours.of(i)][feasible[i] ? 0 : 1] += `M${Math.round(10 * px) / 10},${Math.round(10 * py) / 10}h0`;
    }
    const dense = this.points.length > 2000;
    const g = this.svg.append("g").attr("class", dense ? "points dense" : "points");
    colours.list.forEach(({ colour }, c) => ["feasible", "infeasible"].forEach((name, k) => {
      if (paths[c][k]) {
        g.append("path").attr("class", name).attr("d", paths[c][k]).style("stroke", colour);
      }
    }));
    const some = this.points.some((i) => !feasible[i]);
    const present = new Set(this.points.map((i) => colours.of(i)));
    replaceContent(this.legend, el("p", { class: "legend-title" },
      colours.axis ? colours.axis.name : ""),
    legendOf([...colours.list.filter((part, c) => present.has(c)),
      ...(some ? [{ name: "pale: violates a constraint", word: "constraint", colour: "var(--rule)" }] : []),
      { name: "front of the points shown", word: "Pareto front", colour: "var(--ink)", line: true }]));
  }

  // A staircase: between two points of the front nothing better is known.
  drawFront() {
    const { view } = this;
    const { feasible } = view.sweep.points;
    const feasibles = this.points.filter((i) => feasible[i]);
    this.front = frontOf(view.sweep, feasibles.length > 0 ? feasibles : this.points,
      [view.x, view.y]);
    const places = this.front.map((i) => this.place(i)).sort((a, b) => a[0] - b[0]);
    const curve = (view.x.better === "lower") ? d3.curveStepAfter : d3.curveStepBefore;
    this.svg.append("path").attr("class", "front").attr("d", d3.line().curve(curve)(places));
    const g = this.svg.append("g").attr("class", "front-points");
    const colours = pointColours(this.view);
    for (const [k, place] of this.front.map((i) => this.place(i)).entries()) {
      g.append("circle").attr("cx", place[0]).attr("cy", place[1])
        .attr("r", this.front.length > 60 ? 3 : 4.5)
        .style("fill", colours.list[colours.of(this.front[k])].colour);
    }
  }

  drawConstraints() {
    const { view, margin, width } = this;
    for (const constraint of view.sweep.constraints) {
      for (const limit of ["at_most", "at_least"]) {
        const value = constraint[limit];
        if (value === undefined) continue;
        const text = `${limit === "at_most" ? "≤" : "≥"} ${figure(value)}`;
        if (constraint.metric === view.x.name && inDomain(this.x, value)) {
          this.svg.append("line").attr("class", "constraint").attr("x1", this.x(value))
            .attr("x2", this.x(value)).attr("y1", margin.top).attr("y2", margin.bottom);
          this.svg.append("text").attr("class", "constraint-name").attr("x", this.x(value) - 5)
            .attr("y", margin.top + 12).attr("text-anchor", "end").text(text);
        }
        if (constraint.metric === view.y.name && inDomain(this.y, value)) {
          this.svg.append("line").attr("class", "constraint").attr("y1", this.y(value))
            .attr("y2", this.y(value)).attr("x1", margin.left).attr("x2", width - margin.right);
          this.svg.append("text").attr("class", "constraint-name").attr("y", this.y(value) - 5)
            .attr("x", width - margin.right - 4).attr("text-anchor", "end").text(text);
        }
      }
    }
  }

  // Best, pinned, selected and the cursor: rings that stand out without colour.
  drawMarks() {
    if (!this.marks) return;
    this.marks.selectAll("*").remove();
    const { view } = this;
    const names = new Map();
    for (const [name, i] of [["best", view.sweep.best], ["pinned", view.pinned],
      ["selected", view.selected]]) {
      if (!this.places.has(i)) continue;
      names.set(i, [...(names.get(i) || []), name]);
      this.ring(i, name, 6 + 3 * names.get(i).length);
    }
    const taken = [];
    for (const [i, all] of names) this.nameMark(i, all.join(", "), 6 + 3 * all.length, taken);
    if (this.places.has(this.cursor)) this.ring(this.cursor, "cursor", 7);
  }

  ring(i, name, r) {
    const [x, y] = this.place(i);
    this.marks.append("circle").attr("class", name).attr("cx", x).attr("cy", y).attr("r", r);
  }

  nameMark(i, text, r, taken) {
    const [px, py] = this.place(i);
    const width = 7.5 * text.length;
    const left = px + width > this.width - 20;
    const x = left ? px - r - 4 : px + r + 4;
    const place = [-7, 9, 22].map((dy) => ({ dy,
      box: box(left ? x - width : x, py + dy - 12, width, 15) }))
      .find((p) => !taken.some((t) => overlap(t, p.box)));
    if (!place) return;
    taken.push(place.box);
    this.marks.append("text").attr("class", "mark-name").attr("x", x).attr("y", py + place.dy)
      .attr("text-anchor", left ? "end" : "start").text(text);
  }

  say(text) {
    const { view } = this;
    const filters = view.filterText();
    this.status.textContent = text ||
      `${whole(view.shown.length)} of ${plural(view.sweep.done.length, "point")} shown, ` +
      `${whole(this.front.length)} on the front of these axes` + (filters ? `; ${filters}` : "");
  }

  describe(i) {
    const { sweep, x, y } = this.view;
    const of = (m) => `${metricName(m)} ${withUnit(sweep.value(i, m), m.unit)}`;
    return [`Point ${sweep.points.id[i]}`, sweep.label(i), of(x), of(y)];
  }

  point(i) {
    this.cursor = i;
    this.drawMarks();
    this.tip.hidden = i === null;
    if (i === null) return;
    const [title, ...lines] = this.describe(i);
    replaceContent(this.tip, el("strong", {}, title), lines.map((line) => el("span", {}, line)));
    const [px, py] = this.place(i);
    const scale = this.canvas.clientWidth / this.width;
    this.tip.style.top = `${this.canvas.offsetTop + py * scale + 12}px`;
    this.tip.style.left = px > this.width / 2 ? "auto" : `${px * scale + 12}px`;
    this.tip.style.right = px > this.width / 2 ? `${(this.width - px) * scale + 12}px` : "auto";
  }
}

// What colours mean: {axis, of(point) -> position in the list, list of names and colours}.
function pointColours(view) {
  const axis = view.colour;
  if (!axis) return { axis, of: () => 0, list: [{ name: "points", colour: "var(--first)" }] };
  const count = axis.values.length;
  const ordered = axis.settings.length === 1 && axis.values.every(([v]) => typeof v === "number");
  const list = axis.texts.map((name, p) => ({ name, colour:
    (ordered && count > 2) || count > kCategories.length
      ? rampColour(count > 1 ? p / (count - 1) : 0) : kCategories[p] }));
  const column = view.sweep.points.axes[view.sweep.axes.indexOf(axis)];
  return { axis, of: (i) => column[i], list };
}

function inDomain(scale, value) {
  const [low, high] = scale.domain();
  return value >= low && value <= high;
}
