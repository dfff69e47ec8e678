// SPDX-License-Identifier: Apache-2.0
// A chart as a picture that needs no page: what the page draws, at a slide's width, with its title
// and legend as text, styled by attributes alone and in the colours of light ground.

const kSlideWidth = 760;
const kSlideMargin = 24;
// What a rule of the style can say of a drawn thing.
const kDrawn = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
  "stroke-linejoin", "stroke-linecap", "opacity", "font-size", "font-weight", "paint-order"];

// Rules outside of media queries are those of light ground on a wide screen: the first gives the
// colours their values.
class SlideStyle {
  constructor() {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule.selectorText);
    this.variables = rules[0].style;
    this.rules = rules.filter((rule) => kDrawn.some((name) => rule.style.getPropertyValue(name)));
  }

  // Without variables. The ramp's mixtures are computed as CSS would.
  plain(text) {
    const plain = text.replace(/var\((--[\w-]+)\)/g,
      (_, name) => this.plain(this.variables.getPropertyValue(name).trim()));
    const mix = /^color-mix\(in lab, (#\w+) (\d+)%, (#\w+)\)$/.exec(plain);
    return mix ? d3.rgb(d3.interpolateLab(mix[3], mix[1])(mix[2] / 100)).hex() : plain;
  }

  // What rules say of an element, then what is said of it alone.
  of(element) {
    const said = {};
    const binding = {};
    for (const { selectorText, style } of this.rules) {
      if (!element.matches(selectorText)) continue;
      for (const name of kDrawn) {
        const text = style.getPropertyValue(name);
        const binds = style.getPropertyPriority(name) !== "";
        if (text && (binds || !binding[name])) [said[name], binding[name]] = [text, binds];
      }
    }
    for (const name of kDrawn) {
      const text = element.style.getPropertyValue(name) || said[name] || element.getAttribute(name);
      if (text) said[name] = this.plain(text);
    }
    return said;
  }
}

function plainCopy(drawing, style) {
  const copy = drawing.cloneNode(true);
  const copies = copy.querySelectorAll("*");
  drawing.querySelectorAll("*").forEach((element, k) => {
    copies[k].removeAttribute("style");
    copies[k].removeAttribute("class");
    for (const [name, text] of Object.entries(style.of(element))) copies[k].setAttribute(name, text);
  });
  return copy;
}

// The canvas as a slide draws it; the page shows it at its own width again.
function drawnForSlide(canvas, style) {
  const shown = canvas.querySelector("svg");
  canvas.drawAgain(kSlideWidth - 2 * kSlideMargin);
  const copy = plainCopy(canvas.querySelector("svg"), style);
  if (shown) canvas.drawAgain(Number(shown.getAttribute("width")));
  return copy;
}

// Writes title, notes and legend; returns where the drawing begins.
function writeHead(svg, figure, style) {
  const [ink, muted] = ["var(--ink)", "var(--muted)"].map((colour) => style.plain(colour));
  let y = kSlideMargin;
  const write = (text, size, weight, colour, most) => {
    for (const line of nameLines(text, most)) {
      y += Math.round(1.3 * size);
      svg.append("text").attr("x", kSlideMargin).attr("y", y).attr("font-size", size)
        .attr("font-weight", weight).attr("fill", colour).text(line);
    }
  };
  write(document.querySelector("h1").textContent, 13, 400, muted, 100);
  write((figure.querySelector("h3") || figure.closest("section").querySelector("h2")).textContent, 20, 650, ink, 60);
  for (const note of figure.querySelectorAll("figcaption .note, .legend-title")) write(note.textContent, 13, 400, muted, 105);
  y += 10;
  let x = kSlideMargin;
  for (const item of figure.querySelectorAll(".legend li")) {
    const width = 32 + 7 * item.textContent.length;
    if (x > kSlideMargin && x + width > kSlideWidth - kSlideMargin) [x, y] = [kSlideMargin, y + 20];
    const swatch = item.querySelector(".swatch");
    const line = swatch.matches(".line");
    svg.append("rect").attr("x", x).attr("y", y + (line ? 9 : 4)).attr("width", line ? 16 : 11)
      .attr("height", line ? 2 : 11).attr("fill", style.plain(swatch.style.getPropertyValue("--swatch")));
    svg.append("text").attr("x", x + 20).attr("y", y + 14).attr("fill", muted).text(item.textContent);
    x += width;
  }
  return y + (x > kSlideMargin ? 32 : 0);
}

// The text of an SVG file.
function slideOf(figure) {
  const style = new SlideStyle();
  const drawing = drawnForSlide(figure.querySelector(".canvas"), style);
  const svg = newSvg(kSlideWidth, 0).attr("font-size", 12)
    .attr("font-family", "system-ui, 'Liberation Sans', Arial, sans-serif");
  const ground = svg.append("rect").attr("width", kSlideWidth).attr("fill", style.plain("var(--ground)"));
  const top = writeHead(svg, figure, style);
  svg.append("g").attr("transform", `translate(${kSlideMargin},${top})`).node().append(...drawing.childNodes);
  const height = Math.ceil(top + Number(drawing.getAttribute("height")) + kSlideMargin);
  svg.attr("viewBox", `0 0 ${kSlideWidth} ${height}`).attr("height", height);
  ground.attr("height", height);
  return new XMLSerializer().serializeToString(svg.node());
}

function slideName(figure) {
  return figure.id.replace(/^chart-/, "").replaceAll("-", "_");
}

// Saves the chart that it stands below.
function slideButton() {
  return el("button", { type: "button", class: "link save", onclick: ({ target }) => {
    const figure = target.closest("figure");
    const url = URL.createObjectURL(new Blob([slideOf(figure)], { type: "image/svg+xml" }));
    el("a", { href: url, download: `${slideName(figure)}.svg` }).click();
    URL.revokeObjectURL(url);
  } }, "Save as SVG");
}

// Of all charts that have a name, once all are there: {name, svg}.
async function slides() {
  await pending;
  return [...document.querySelectorAll("figure[id]")].map((figure) =>
    ({ name: slideName(figure), svg: slideOf(figure) }));
}
