// SPDX-License-Identifier: Apache-2.0
"use strict";

// Elements with text content only: what a file says never becomes markup. Children are elements,
// texts, lists of both, or nothing.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
}

function replaceContent(element, ...children) {
  element.replaceChildren(...children.flat(2).filter((child) => child));
}

let lastId = 0;
function freshId(prefix) {
  return `${prefix}-${++lastId}`;
}

function section(title, note, ...children) {
  const id = freshId("section");
  return el("section", { "aria-labelledby": id },
    el("h2", { id }, title), note ? el("p", { class: "note" }, note) : null, children);
}

function select(label, options, value, onChoice) {
  const list = el("select", { onchange: () => onChoice(list.value) },
    options.map((o) => el("option", { value: o.value }, o.text)));
  list.value = value;
  return el("label", { class: "field" }, el("span", {}, label), list);
}

function checkbox(label, checked, onChange) {
  const box = el("input", { type: "checkbox", checked, onchange: () => onChange(box.checked) });
  return el("label", { class: "check" }, box, el("span", {}, label));
}
