// SPDX-License-Identifier: Apache-2.0
// A sweep's points as columns, by position; the layers of a point are inflated when asked for.

function positionText(values) {
  return values.map(settingText).join(" / ");
}

class Sweep {
  constructor(data, blocks) {
    Object.assign(this, data);
    this.blocks = blocks;
    this.count = data.points.id.length;
    this.positionById = new Map(data.points.id.map((id, i) => [id, i]));
    this.done = d3.range(this.count).filter((i) => data.points.status[i] === "done");
    // A metric that no point has is no use as an axis.
    this.metrics = data.metrics.filter((m) => data.points.metrics[m.name].some((v) => v !== null));
    this.objectives = data.objectives.map((name) => this.metric(name)).filter((m) => m);
    this.axes = data.axes.map((axis) => ({ ...axis, texts: axis.values.map(positionText) }));
    this.accuracyRanges = new Map(data.accuracy_ranges.map(([value, low, high]) =>
      [value, { low, high, what: "95 % confidence interval" }]));
    this.best = data.best === null ? null : this.positionById.get(data.best) ?? null;
  }

  metric(name) {
    return this.metrics.find((m) => m.name === name) || null;
  }

  // Names of those that the study is about.
  mainMetrics() {
    return new Set([...this.objectives.map((m) => m.name), ...this.constraints.map((c) => c.metric)]);
  }

  value(i, metric) {
    return this.points.metrics[metric.name][i];
  }

  // Metrics with the point's values, and what is known of their uncertainty.
  figures(i, metrics = this.metrics) {
    return metrics.map((metric) => {
      const value = this.value(i, metric);
      const range = metric.name === "top1_percent" ? this.accuracyRanges.get(value) : undefined;
      return { ...metric, value, range };
    });
  }

  position(i, axis) {
    return this.points.axes[this.axes.indexOf(axis)][i];
  }

  settings(i) {
    return this.axes.flatMap((axis, a) => {
      const values = axis.values[this.points.axes[a][i]];
      return axis.settings.map((name, k) => ({ name, value: values[k] }));
    });
  }

  // The axes that tell points apart; a number says nothing without its name.
  label(i) {
    const telling = this.axes.filter((axis) => axis.values.length > 1);
    return (telling.length > 0 ? telling : this.axes).map((axis) => {
      const text = axis.texts[this.points.axes[this.axes.indexOf(axis)][i]];
      return /^[\d.-]/.test(text) ? `${axis.name} ${text}` : text;
    }).join(" · ");
  }

  violations(i) {
    return this.constraints.flatMap((c) => {
      const metric = this.metric(c.metric);
      const value = metric ? this.value(i, metric) : null;
      if (value === null) return [`${c.metric} unknown`];
      if (c.at_most !== undefined && value > c.at_most) {
        return [`${metricName(metric)} ${withUnit(value, metric.unit)}, at most ${figure(c.at_most)} allowed`];
      }
      if (c.at_least !== undefined && value < c.at_least) {
        return [`${metricName(metric)} ${withUnit(value, metric.unit)}, at least ${figure(c.at_least)} wanted`];
      }
      return [];
    });
  }

  // What the dominating point does better or equally well.
  dominatedBecause(i) {
    const by = this.positionById.get(this.points.dominated_by[i]);
    if (by === undefined) return null;
    const changes = this.objectives.map((metric) => {
      const [own, better] = [this.value(i, metric), this.value(by, metric)];
      const relative = /%|points/.test(metric.unit) ? null : relativeChange(own, better);
      const name = metricName(metric).toLowerCase();
      if (own === better) return `same ${name}`;
      return relative === null ? `${signedFigure(better - own)} ${unitText(metric.unit)} ${name}`
        : `${signedPercent(relative)} ${name}`;
    });
    return { by, text: changes.join(", ") };
  }

  // All the page can show of a point, in the form of a run.
  async result(i) {
    const network = this.networks[this.points.network[i]];
    const numbers = await this.layerNumbers(i);
    const sizes = ["cycles", "traffic", "energy"].map((kind) => this.components[kind].length);
    const layers = network.layers.slice(0, numbers.length).map((layer, l) => {
      const n = numbers[l];
      const parts = [];
      let at = 5;
      for (const size of sizes) parts.push(n.slice(at, (at += size)));
      return { ...layer, bits: n.slice(0, 3), macs: n[3], mac_passes: n[4], cycles: parts[0],
        traffic: parts[1], energy_pj: parts[2] };
    });
    const machine = this.machines[this.points.machine[i]];
    return { network: network.name, machine, components: this.components, inputs: this.inputs, layers,
      warnings: machine.extrapolated ? ["Some constants are extrapolated beyond the tables."] : [],
      metrics: this.figures(i) };
  }

  async layerNumbers(i) {
    const size = this.points_per_block;
    const block = await inflated(this.blocks[Math.floor(i / size)]);
    return JSON.parse(block)[i % size];
  }
}

async function inflated(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}
