// SPDX-License-Identifier: Apache-2.0
// A chart with its title, legend and the table behind it, drawn anew when its width changes.

const kWidthObserver = new ResizeObserver((entries) => {
  for (const entry of entries) entry.target.drawAgain(Math.round(entry.contentRect.width));
});

// On paper a column is narrow: drawn for it, texts keep their size.
const kPaperWidth = { whole: 700, column: 430 };
addEventListener("beforeprint", () => {
  // Files that a result rests on are on paper as well.
  for (const text of document.querySelectorAll("details.text:not([open])")) {
    text.open = true;
    addEventListener("afterprint", () => { text.open = false; }, { once: true });
  }
  for (const canvas of document.querySelectorAll(".canvas")) {
    canvas.drawAgain(kPaperWidth[canvas.closest(".charts, .histograms") ? "column" : "whole"]);
  }
});
addEventListener("afterprint", () => {
  for (const canvas of document.querySelectorAll(".canvas")) canvas.drawAgain(canvas.clientWidth);
});

function legendOf(parts) {
  return el("ul", { class: "legend" }, parts.map((part) => {
    const swatch = el("span", { class: part.line ? "swatch line" : "swatch" });
    swatch.style.setProperty("--swatch", part.colour);
    return el("li", {}, swatch, termText(part.name, part.word));
  }));
}

// modes: [{name, draw(width) -> svg}], the first shown; several get a switch.
// table: () -> element, made when it is asked for.
function chart({ title, word, note, parts, modes, table, id }) {
  let mode = modes[0];
  let width = 0;
  const canvas = el("div", { class: "canvas" });
  const draw = () => {
    const svg = mode.draw(width);
    svg.attr("role", "img").attr("aria-label", `${title}. ${note || ""}`);
    replaceContent(canvas, svg.node());
  };
  canvas.drawAgain = (now) => {
    if (now === width || now === 0) return;
    width = now;
    draw();
  };
  kWidthObserver.observe(canvas);
  const buttons = modes.map((m) => el("button", { type: "button", "aria-pressed": String(m === mode),
    onclick: () => {
      mode = m;
      buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(modes[i] === mode)));
      draw();
    } }, m.name));
  const heading = freshId("chart");
  return el("figure", { id, "aria-labelledby": heading },
    el("figcaption", {}, el("h3", { id: heading }, termText(title, word)),
      modes.length > 1 ? el("div", { class: "switch", role: "group", "aria-label": "Scale" }, buttons)
        : null,
      note ? el("p", { class: "note" }, note) : null),
    parts ? legendOf(parts) : null, canvas, id ? slideButton() : null,
    table ? behind("Table", table) : null);
}

// Content made only when it is unfolded.
function behind(title, make) {
  const details = el("details", { class: "behind", ontoggle: () => {
    if (details.open && details.children.length === 1) details.append(make());
  } }, el("summary", {}, title));
  return details;
}

function newSvg(width, height) {
  return d3.create("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width)
    .attr("height", height);
}

// A mark's name and figures, for whoever points at it.
function hint(selection, text) {
  selection.append("title").text(text);
}

function xAxis(svg, scale, { top, bottom, title, word, right, ticks, format }) {
  const g = svg.append("g").attr("class", "axis");
  const values = ticks || scale.ticks(Math.max(2, Math.floor((scale.range()[1] - scale.range()[0]) / 80)));
  for (const value of values) {
    const x = scale(value);
    g.append("line").attr("class", "grid").attr("x1", x).attr("x2", x).attr("y1", top).attr("y2", bottom);
    g.append("text").attr("x", x).attr("y", bottom + 16).attr("text-anchor", "middle")
      .text(format ? format(value) : figure(value));
  }
  markTerm(g.append("text").attr("class", "title").attr("x", right).attr("y", bottom + 34)
    .attr("text-anchor", "end").text(title), word);
}

function yAxis(svg, scale, { left, right, title, word, ticks, format, top }) {
  const g = svg.append("g").attr("class", "axis");
  const values = ticks || scale.ticks(Math.max(2, Math.floor(Math.abs(scale.range()[1] - scale.range()[0]) / 50)));
  for (const value of values) {
    const y = scale(value);
    g.append("line").attr("class", "grid").attr("x1", left).attr("x2", right).attr("y1", y).attr("y2", y);
    g.append("text").attr("x", left - 8).attr("y", y).attr("dy", "0.32em").attr("text-anchor", "end")
      .text(format ? format(value) : figure(value));
  }
  markTerm(g.append("text").attr("class", "title").attr("x", 0).attr("y", top - 12).text(title), word);
}

// Round values on a logarithmic axis: powers of ten, with 2 and 5 between where there is room.
function logTicks([low, high]) {
  const ticks = [];
  const decades = Math.log10(high / low);
  const digits = decades < 0.7 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : decades < 3 ? [1, 2, 5] : [1];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); ++e) {
    for (const digit of digits) {
      const value = digit * 10 ** e;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks.length >= 2 ? ticks : d3.ticks(low, high, 4);
}
