// SPDX-License-Identifier: Apache-2.0
// One result, or several called "A", "B", ..., as rows for charts. A run and a point of a sweep are
// the same here: metrics, components, machine, layers.

const kTags = "ABCDEF";

function tagged(results) {
  return results.map((result, k) => ({ ...result, tag: results.length > 1 ? kTags[k] : "" }));
}

// The layers of the first, then those only others have.
function layerNames(results) {
  return [...new Set(results.flatMap((result) => result.layers.map((layer) => layer.name)))];
}

function layerOf(result, name) {
  return result.layers.find((layer) => layer.name === name) || null;
}

// The components of all results, in the order of the first.
function componentNames(results, kind) {
  return [...new Set(results.flatMap((result) => result.components[kind]))];
}

function amountOf(result, kind, values, component) {
  const at = result.components[kind].indexOf(component);
  return at < 0 ? 0 : values[at];
}

// Parts of a stack: [{name, word, colour, of(result, layer)}].
function causeParts(results) {
  const causes = componentNames(results, "cycles");
  const order = Object.keys(kCauses).filter((cause) => causes.includes(cause));
  return [...order, ...causes.filter((cause) => !order.includes(cause))].map((cause) => ({
    name: causeWords(cause), word: partWord("cycles", cause), colour: colourOf(kCauses, cause),
    of: (result, layer) => amountOf(result, "cycles", layer.cycles, cause) }));
}

function streamParts(results) {
  return componentNames(results, "traffic").map((stream) => ({
    name: words(stream), word: partWord("traffic", stream), colour: colourOf(kStreams, stream),
    of: (result, layer) => amountOf(result, "traffic", layer.traffic, stream) / 1e3 }));
}

function energyParts(results) {
  const components = componentNames(results, "energy");
  return kData.energy_groups.filter((group) => group.components.some((c) => components.includes(c)))
    .map((group) => ({ name: group.name, word: partWord("energy", group.name),
      colour: colourOf(kEnergies, group.name),
      of: (result, layer) => d3.sum(group.components,
        (c) => amountOf(result, "energy", layer.energy_pj, c)) / 1e6 }));
}

function stackRows(results, parts) {
  return layerNames(results).map((name) => ({ name, bars: results.map((result) => {
    const layer = layerOf(result, name);
    const values = parts.map((part) => (layer ? part.of(result, layer) : 0));
    return { tag: result.tag, values, total: d3.sum(values) };
  }) }));
}

// Parts that are nowhere above 0 need no place in the legend.
function presentParts(results, parts) {
  return parts.filter((part) =>
    results.some((result) => result.layers.some((layer) => part.of(result, layer) > 0)));
}

function totalOf(result, part) {
  return d3.sum(result.layers, (layer) => part.of(result, layer));
}
