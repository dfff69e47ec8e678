// SPDX-License-Identifier: Apache-2.0
// Mouse and keyboard on the scatter plot: point, select, pin, zoom.

const kHalo = 14;  // pixels around a mark within which pointing means it
const kDrag = 8;  // pixels of a movement that is no click

class ScatterInput {
  constructor(scatter) {
    this.scatter = scatter;
    this.from = null;  // where the button went down
  }

  // To a newly drawn chart.
  listen(node) {
    this.node = node;
    this.from = null;
    this.frame = d3.select(node).append("rect").attr("class", "zoom");
    const handlers = { pointerdown: "down", pointermove: "move", pointerup: "up",
      pointerleave: "leave", blur: "leave", keydown: "key" };
    for (const [event, handler] of Object.entries(handlers)) {
      node.addEventListener(event, (e) => this[handler](e));
    }
  }

  // In the chart's own pixels, which print or a narrow page may scale.
  placeOf(event) {
    const bounds = this.node.getBoundingClientRect();
    const scale = this.scatter.width / bounds.width;
    return [(event.clientX - bounds.left) * scale, (event.clientY - bounds.top) * scale];
  }

  nearest([x, y]) {
    let found = null;
    let least = kHalo * kHalo;
    for (const [i, [px, py]] of this.scatter.places) {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [found, least] = [i, distance];
    }
    return found;
  }

  down(event) {
    if (event.button === 0) this.from = this.placeOf(event);
  }

  move(event) {
    const place = this.placeOf(event);
    if (this.from && event.buttons === 1) {
      this.drawFrame(this.from, place);
      return;
    }
    const found = this.nearest(place);
    if (found !== this.scatter.cursor) this.scatter.point(found);
  }

  up(event) {
    const { from } = this;
    if (!from) return;
    this.drop();
    const place = this.placeOf(event);
    const found = this.nearest(place);
    if (Math.hypot(place[0] - from[0], place[1] - from[1]) > kDrag) this.zoom(from, place);
    else if (found !== null) this.scatter.view.select(found);
  }

  leave() {
    this.drop();
    this.scatter.point(null);
  }

  drop() {
    this.from = null;
    this.drawFrame([0, 0], [0, 0]);
  }

  drawFrame([x0, y0], [x1, y1]) {
    this.frame.attr("x", Math.min(x0, x1)).attr("y", Math.min(y0, y1))
      .attr("width", Math.abs(x1 - x0)).attr("height", Math.abs(y1 - y0));
  }

  // Zooming is a filter: what is out of sight is out of the front, too.
  zoom([x0, y0], [x1, y1]) {
    const { view, x, y, onZoom } = this.scatter;
    const range = (scale, a, b) => [scale.invert(a), scale.invert(b)].sort((p, q) => p - q);
    view.limit(view.x, ...range(x, x0, x1));
    if (view.y !== view.x) view.limit(view.y, ...range(y, y0, y1));
    view.changed("filters");
    onZoom();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { scatter } = this;
    const { view, cursor } = scatter;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step) {
      this.step(step, /Up|Down/.test(event.key) ? scatter.front : scatter.points);
    } else if (event.key === "Enter" && cursor !== null) {
      view.select(cursor);
      scatter.say(`Selected: ${scatter.describe(cursor).join(", ")}`);
    } else if (event.key.toLowerCase() === "p") {
      view.pin(view.selected);
    } else if (event.key === "Escape") {
      scatter.point(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  // To the next point on the right or on the left.
  step(direction, points) {
    if (points.length === 0) return;
    const { scatter } = this;
    const sorted = points.slice().sort((a, b) => scatter.place(a)[0] - scatter.place(b)[0]);
    const at = sorted.indexOf(scatter.cursor ?? scatter.view.selected);
    const next = sorted[at < 0 ? 0 : Math.max(0, Math.min(sorted.length - 1, at + direction))];
    scatter.point(next);
    scatter.say(scatter.describe(next).join(", "));
  }
}
