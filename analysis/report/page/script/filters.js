// SPDX-License-Identifier: Apache-2.0
// The controls that choose which points are shown.

function filterPanel(view) {
  const { sweep } = view;
  const panel = el("form", { class: "filters", "aria-label": "Filters",
    onsubmit: (event) => event.preventDefault() });
  const fill = () => replaceContent(panel,
    el("div", { class: "filter-head" }, el("h3", {}, "Filters"),
      el("button", { type: "button", id: "reset", onclick: () => {
        view.reset();
        fill();
        view.changed("filters");
      } }, "Reset")),
    sweep.constraints.length > 0 ? checkboxOf(view, "Feasible points only", view.feasibleOnly,
      (on) => { view.feasibleOnly = on; }) : null,
    sweep.networks.length > 1 ? networkFilter(view) : null,
    sweep.axes.map((axis, a) => (axis.values.length > 1 ? axisFilter(view, axis, a) : null)),
    rangeFilters(view));
  panel.refill = fill;
  fill();
  return panel;
}

function checkboxOf(view, label, checked, set) {
  return checkbox(label, checked, (on) => {
    set(on);
    view.changed("filters");
  });
}

function setFilter(view, title, texts, hidden) {
  const boxes = texts.map((text, position) => checkboxOf(view, text, !hidden.has(position), (on) => {
    if (on) hidden.delete(position);
    else hidden.add(position);
  }));
  const all = (on) => () => {
    texts.forEach((text, position) => (on ? hidden.delete(position) : hidden.add(position)));
    boxes.forEach((label) => { label.firstChild.checked = on; });
    view.changed("filters");
  };
  return el("fieldset", {}, el("legend", {}, title),
    el("div", { class: texts.length > 8 ? "boxes many" : "boxes" }, boxes),
    texts.length > 3 ? el("div", { class: "all" },
      el("button", { type: "button", onclick: all(true), "aria-label": `All of ${title}` }, "all"),
      el("button", { type: "button", onclick: all(false), "aria-label": `None of ${title}` }, "none"))
      : null);
}

function axisFilter(view, axis, a) {
  const settings = axis.settings.filter((name) => name !== axis.name).join(" / ");
  const filter = setFilter(view, axis.name, axis.texts, view.hidden[a]);
  if (settings) filter.firstChild.title = settings;
  return filter;
}

function networkFilter(view) {
  return setFilter(view, "network", view.sweep.networks.map((n) => n.name), view.hiddenNetworks);
}

function rangeFilters(view) {
  const { sweep } = view;
  const first = sweep.mainMetrics();
  const main = sweep.metrics.filter((m) => first.has(m.name));
  const others = sweep.metrics.filter((m) => !first.has(m.name));
  return [el("fieldset", {}, el("legend", {}, "ranges"), main.map((m) => rangeFilter(view, m))),
    others.length > 0 ? el("details", {}, el("summary", {}, "More ranges"),
      others.map((m) => rangeFilter(view, m))) : null];
}

function rangeFilter(view, metric) {
  const values = view.sweep.done.map((i) => view.sweep.value(i, metric)).filter((v) => v !== null);
  const [lowest, highest] = d3.extent(values);
  const range = view.ranges.get(metric.name);
  const input = (word, value, placeholder) => el("input", { type: "number", step: "any",
    "aria-label": `${metricTitle(metric)}, ${word}`, placeholder: plainNumber(placeholder),
    value: Number.isFinite(value) ? plainNumber(value) : "", onchange: read });
  const low = input("at least", range ? range.low : NaN, lowest);
  const high = input("at most", range ? range.high : NaN, highest);
  function read() {
    view.limit(metric, low.value === "" ? -Infinity : Number(low.value),
      high.value === "" ? Infinity : Number(high.value));
    view.changed("filters");
  }
  return el("div", { class: "range" }, el("span", { class: "label" }, termText(metricTitle(metric), metricWord(metric))),
    low, el("span", { "aria-hidden": "true" }, "to"), high);
}

// As an input of type number takes it.
function plainNumber(value) {
  return String(Number(value.toPrecision(4)));
}
