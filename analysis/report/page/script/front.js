// SPDX-License-Identifier: Apache-2.0
// Pareto fronts: points to which no other is nowhere worse and somewhere better.

function frontOf(sweep, indices, metrics) {
  const columns = metrics.map((metric) => {
    const sign = metric.better === "lower" ? 1 : -1;
    const values = sweep.points.metrics[metric.name];
    return (i) => sign * values[i];
  });
  const known = indices.filter((i) =>
    metrics.every((metric) => sweep.points.metrics[metric.name][i] !== null));
  // Whoever dominates a point comes before it in this order.
  known.sort((a, b) => {
    for (const of of columns) {
      if (of(a) !== of(b)) return of(a) - of(b);
    }
    return a - b;
  });
  const front = [];
  for (const i of known) {
    const dominated = front.some((f) => columns.every((of) => of(f) <= of(i)) &&
      columns.some((of) => of(f) < of(i)));
    if (!dominated) front.push(i);
  }
  return front;
}
