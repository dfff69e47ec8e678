// SPDX-License-Identifier: Apache-2.0
// The allocation as a picture: layers down, weights, inputs and outputs across; a cell is filled to
// the width's share of 16 bits and names it.

const kTensors = Object.keys(kTensorColours)
  .map((name) => ({ name, colour: colourOf(kTensorColours, name) }));
const kWidestBits = 16;

// rows: [{name, bits: [[w, i, o] of each result, or null]}]
function bitWidths({ rows, tags }) {
  return (width) => {
    const step = 25;
    const names = nameColumn(rows.map((row) => row.name), { width, step });
    const left = names.room + 12;
    const groups = tags.length;
    const gap = 18;
    const cell = (width - left - 2 - gap * (groups - 1)) / (3 * groups);
    const top = groups > 1 ? 42 : 24;
    const svg = newSvg(width, top + names.height + 4);
    const xOf = (group, tensor) => left + group * (3 * cell + gap) + tensor * cell;
    tags.forEach((tag, k) => {
      if (groups > 1) {
        svg.append("text").attr("class", "tag").attr("x", xOf(k, 0) + 4).attr("y", 14).text(tag);
      }
      // A letter where there is no room for the word.
      kTensors.forEach((tensor, t) => hint(svg.append("text").attr("class", "head")
        .attr("x", xOf(k, t) + 4).attr("y", top - 8)
        .text(cell < 56 ? tensor.name[0].toUpperCase() : tensor.name), tensor.name));
    });
    rows.forEach((row, i) => {
      const g = svg.append("g").attr("class", "layer")
        .attr("transform", `translate(0,${top + names.at(i)})`);
      names.draw(g, i, left - 10);
      row.bits.forEach((bits, k) => kTensors.forEach((tensor, t) =>
        drawCell(g, { x: xOf(k, t), width: cell - 4, height: step - 4, tensor,
          bits: bits ? bits[t] : null })));
    });
    return svg;
  };
}

function drawCell(g, { x, width, height, tensor, bits }) {
  g.append("rect").attr("class", "track").attr("x", x).attr("y", 2).attr("width", width)
    .attr("height", height);
  if (bits === null) {
    g.append("text").attr("class", "muted").attr("x", x + 8).attr("y", 2 + height / 2)
      .attr("dy", "0.34em").text("–");
    return;
  }
  g.append("rect").attr("class", "width").attr("x", x).attr("y", 2)
    .attr("width", width * Math.min(1, bits / kWidestBits)).attr("height", height)
    .style("fill", tensor.colour);
  g.append("text").attr("class", "bits").attr("x", x + 8).attr("y", 2 + height / 2)
    .attr("dy", "0.34em").text(bits);
}
