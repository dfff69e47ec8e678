// SPDX-License-Identifier: Apache-2.0
// What is shown of a sweep: filters, axes, selection. Whoever draws is told of changes.

class View {
  constructor(sweep) {
    this.sweep = sweep;
    this.listeners = [];
    this.x = sweep.objectives[0] || sweep.metrics[0];
    this.y = sweep.objectives[1] || sweep.metrics[1] || this.x;
    this.logX = false;
    this.logY = false;
    const telling = sweep.axes.filter((axis) => axis.values.length > 1);
    // Colours of few positions are told apart best.
    this.colour = telling.find((axis) => axis.values.length <= kCategories.length) || telling[0] ||
      sweep.axes[0] || null;
    this.selected = sweep.best ?? (sweep.done.length > 0 ? sweep.done[0] : null);
    this.pinned = null;
    this.usual = { x: this.x, y: this.y, colour: this.colour, selected: this.selected };
    this.reset();
  }

  reset() {
    this.hidden = this.sweep.axes.map(() => new Set());
    this.hiddenNetworks = new Set();
    this.ranges = new Map();
    this.feasibleOnly = false;
    this.update();
  }

  update() {
    const { sweep } = this;
    const { feasible, network, axes, metrics } = sweep.points;
    const filters = this.hidden.map((set, a) => ({ set, column: axes[a] }))
      .filter(({ set }) => set.size > 0);
    const ranges = [...this.ranges].map(([name, range]) => ({ ...range, column: metrics[name] }));
    this.shown = sweep.done.filter((i) => (!this.feasibleOnly || feasible[i]) &&
      !this.hiddenNetworks.has(network[i]) &&
      filters.every(({ set, column }) => !set.has(column[i])) &&
      ranges.every(({ low, high, column }) => column[i] !== null && column[i] >= low &&
        column[i] <= high));
    const objectives = sweep.objectives.length > 0 ? sweep.objectives : [this.x, this.y];
    this.front = frontOf(sweep, this.shown.filter((i) => feasible[i]), objectives);
  }

  limit(metric, low, high) {
    if (low === -Infinity && high === Infinity) this.ranges.delete(metric.name);
    else this.ranges.set(metric.name, { low, high });
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  // what: "filters", "axes" or "selection".
  changed(what) {
    if (what === "filters") this.update();
    for (const listener of this.listeners) listener(what);
  }

  select(i) {
    this.selected = i;
    this.changed("selection");
  }

  // Pins it to compare others with, or lets it go.
  pin(i) {
    this.pinned = this.pinned === i ? null : i;
    this.changed("selection");
  }

  // In words, for print and for whoever does not see the controls.
  filterText() {
    const parts = [];
    if (this.feasibleOnly) parts.push("feasible only");
    this.sweep.axes.forEach((axis, a) => {
      if (this.hidden[a].size === 0) return;
      const left = axis.texts.filter((text, position) => !this.hidden[a].has(position));
      parts.push(`${axis.name}: ${left.join(", ") || "none"}`);
    });
    this.sweep.networks.forEach((network, n) => {
      if (this.hiddenNetworks.has(n)) parts.push(`without ${network.name}`);
    });
    for (const [name, { low, high }] of this.ranges) {
      const text = metricTitle(this.sweep.metric(name));
      parts.push(low === -Infinity ? `${text} up to ${figure(high)}`
        : high === Infinity ? `${text} from ${figure(low)}`
          : `${text} ${figure(low)} to ${figure(high)}`);
    }
    return parts.join("; ");
  }
}
