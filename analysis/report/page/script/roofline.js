// SPDX-License-Identifier: Apache-2.0
// What a layer attains against what the machine allows: MACs per cycle over MACs per byte in the
// bus's busier direction. Both directions work at once, so that the bus's roof holds for each.

function rooflinePoints(result, which) {
  const written = result.components.traffic.indexOf("output");
  return result.layers.flatMap((layer) => {
    const bytes = d3.sum(layer.traffic);
    const out = written < 0 ? 0 : layer.traffic[written];
    const busier = Math.max(out, bytes - out);
    const cycles = d3.sum(layer.cycles);
    if (!(layer.macs > 0 && busier > 0 && cycles > 0)) return [];
    return [{ name: layer.name, which, bits: layer.bits, x: layer.macs / busier,
      y: layer.macs / cycles,
      peak: result.machine.rows * result.machine.columns * layer.macs /
        Math.max(1, layer.mac_passes) }];
  });
}

// The array's peaks at the widths of the layers, the lowest first.
function arrayPeaks(points) {
  const peaks = new Map();
  for (const p of points) {
    const key = p.peak.toPrecision(3);
    if (!peaks.has(key)) peaks.set(key, { y: p.peak, widths: new Set() });
    peaks.get(key).widths.add(`${p.bits[0]}/${p.bits[1]}`);
  }
  return [...peaks.values()].sort((a, b) => a.y - b.y);
}

function slopes(machine) {
  const bus = { name: `bus, ${figure(machine.bus_bytes)} B a cycle`, rate: machine.bus_bytes };
  if (!machine.dram_peak_bytes_per_s) return [bus];
  const rate = machine.dram_peak_bytes_per_s / (machine.clock_mhz * 1e6);
  return [bus, { name: `DRAM peak, ${figure(rate)} B a cycle`, rate }];
}

function roofline(results) {
  const points = results.flatMap((result, k) => rooflinePoints(result, k));
  if (points.length === 0) return null;
  const several = results.length > 1;
  return (width) => {
    const margin = { left: 52, right: 16, top: 30, bottom: 330 + (several ? 60 * results.length : 0) };
    const svg = newSvg(width, margin.bottom + 44);
    const machines = results.map((r) => r.machine);
    const roofs = arrayPeaks(points);
    const highest = roofs[roofs.length - 1].y;
    const knees = machines.flatMap((m) => slopes(m).map((s) => highest / s.rate));
    const x = d3.scaleLog().range([margin.left, width - margin.right]).domain([
      Math.min(d3.min(points, (p) => p.x), d3.min(knees)) / 1.6,
      Math.max(d3.max(points, (p) => p.x), d3.max(knees)) * 2.5]);
    const y = d3.scaleLog().range([margin.bottom, margin.top])
      .domain([d3.min(points, (p) => p.y) / 1.6, highest * 2.4]);
    xAxis(svg, x, { top: margin.top, bottom: margin.bottom, right: width - margin.right,
      title: "MACs per byte in the bus's busier direction", word: "MAC", ticks: logTicks(x.domain()) });
    yAxis(svg, y, { left: margin.left, right: width - margin.right, top: margin.top - 4,
      title: "MACs per cycle", word: "MAC", ticks: logTicks(y.domain()) });
    const taken = results.flatMap((result, k) => drawRoofs(svg, { x, y, results, k,
      roofs: arrayPeaks(points.filter((p) => p.which === k)) }));
    drawLayers(svg, { points, x, y, several, left: margin.left, right: width - margin.right, top: 0,
      bottom: margin.bottom, taken });
    return svg;
  };
}

// Returns where their names stand.
function drawRoofs(svg, { x, y, results, k, roofs }) {
  if (roofs.length === 0) return [];
  const [x0, x1] = x.domain();
  const [y0] = y.domain();
  const result = results[k];
  const tags = (whose) => (results.length > 1 ? `${whose.map((r) => r.tag).join(", ")}: ` : "");
  const highest = roofs[roofs.length - 1].y;
  slopes(result.machine).forEach((slope) => {
    const from = Math.max(x0, y0 / slope.rate);
    const to = Math.min(x1, highest / slope.rate);
    if (to <= from) return;
    svg.append("line").attr("class", k ? "roof second" : "roof").attr("x1", x(from))
      .attr("y1", y(from * slope.rate)).attr("x2", x(to)).attr("y2", y(to * slope.rate));
    // One slope of several machines has one name.
    const whose = results.filter((r) => slopes(r.machine).some((s) => s.name === slope.name));
    if (whose[0] !== result) return;
    const angle = Math.atan2(y(to * slope.rate) - y(from * slope.rate), x(to) - x(from));
    const middle = Math.sqrt(from * to);
    svg.append("text").attr("class", "roof-name").attr("text-anchor", "middle").attr("dy", -5)
      .attr("transform", `translate(${x(middle)},${y(middle * slope.rate)}) rotate(${angle * 180 / Math.PI})`)
      .text(tags(whose) + slope.name);
  });
  const fastest = Math.max(...slopes(result.machine).map((s) => s.rate));
  const taken = [];
  roofs.slice().reverse().forEach((roof) => {
    const [right, level] = [x(x1), y(roof.y)];
    svg.append("line").attr("class", k ? "roof second" : "roof")
      .attr("x1", x(Math.max(x0, roof.y / fastest))).attr("y1", level).attr("x2", right)
      .attr("y2", level);
    const name = `${tags([result])}array, ${figure(roof.y)} at ${[...roof.widths].slice(0, 3).join(", ")} bits`;
    const place = box(right - 6.2 * name.length, level - 27, 6.2 * name.length, 14);
    if (taken.some((t) => overlap(t, place))) return;
    taken.push(place);
    svg.append("text").attr("class", "roof-name").attr("x", right - 4).attr("y", level - 16)
      .attr("text-anchor", "end").text(name);
  });
  return taken;
}

// Where a name may stand: beside its mark, else further off with a line to it.
const kNamePlaces = [[8, 4, "start"], [-8, 4, "end"], [0, 18, "middle"], [0, -9, "middle"],
  ...[22, 38, 54, 70].flatMap((far) => [[1, 1], [1, -1], [-1, 1], [-1, -1], [0, 1], [0, -1]].map(([h, v]) =>
    [0.8 * far * h, 4 + far * v, h > 0 ? "start" : h < 0 ? "end" : "middle", true]))];

// Names stand where they touch no other name or mark.
function drawLayers(svg, { points, x, y, several, left, right, top, bottom, taken }) {
  taken.push(...points.map((p) => box(x(p.x) - 6, y(p.y) - 6, 12, 12)));
  points.forEach((p) => {
    const [cx, cy] = [x(p.x), y(p.y)];
    hint(svg.append("circle").attr("class", "mark").attr("cx", cx).attr("cy", cy).attr("r", 5)
      .style("fill", resultColour(p.which)),
    `${p.name}${several ? ` (${kTags[p.which]})` : ""}: ${figure(p.y)} MACs per cycle, ` +
      `${figure(p.x)} MACs per byte, array peak ${figure(p.peak)}`);
    const name = shortened(p.name, 14);
    const w = name.length * 7;
    const place = kNamePlaces.map(([dx, dy, anchor, leader]) => ({ dx, dy, anchor, leader, box: box(
      cx + dx - (anchor === "end" ? w : anchor === "middle" ? w / 2 : 0), cy + dy - 10, w, 13) }))
      .find((c) => c.box.x0 > left && c.box.x1 < right && c.box.y0 > top && c.box.y1 < bottom &&
        !taken.some((t) => overlap(t, c.box)));
    if (!place) return;
    taken.push(place.box);
    if (place.leader) {
      svg.append("line").attr("class", "leader").attr("x1", cx).attr("y1", cy).attr("x2", cx + place.dx)
        .attr("y2", cy + place.dy - 4).lower();
    }
    svg.append("text").attr("class", "point-name").attr("x", cx + place.dx).attr("y", cy + place.dy)
      .attr("text-anchor", place.anchor).text(name);
  });
}

function box(x, y, width, height) {
  return { x0: x, y0: y, x1: x + width, y1: y + height };
}

function overlap(a, b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}
