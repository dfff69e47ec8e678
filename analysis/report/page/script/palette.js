// SPDX-License-Identifier: Apache-2.0
// A colour keeps its meaning across charts. Colours are CSS variables, so that dark mode and print
// change them without drawing anew.

const kCategories = ["--cat-0", "--cat-1", "--cat-2", "--cat-3", "--cat-4", "--cat-5", "--cat-6"]
  .map((name) => `var(${name})`);

// Of the results of a comparison.
function resultColour(k) {
  return k < 2 ? ["var(--first)", "var(--second)"][k] : kCategories[k];
}

const kCauses = {
{{cause_colours}}
};
const kStreams = {
{{stream_colours}}
};
const kAreas = {
{{area_colours}}
};

// By group of components, as the page's data names them.
const kEnergies = {
{{energy_colours}}
};
const kTensorColours = {
{{tensor_colours}}
};

function colourOf(table, name) {
  return `var(--${Object.hasOwn(table, name) ? table[name] : "other"})`;
}

// Positions 0..1 on a ramp whose lightness falls steadily, readable without hue.
function rampColour(t) {
  const [from, to, share] = t < 0.5 ? ["low", "middle", 2 * t] : ["middle", "high", 2 * t - 1];
  return `color-mix(in lab, var(--ramp-${to}) ${Math.round(100 * share)}%, var(--ramp-${from}))`;
}
