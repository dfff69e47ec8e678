// SPDX-License-Identifier: Apache-2.0
// Numbers and names as people read them.

const kUnits = { uJ: "µJ", um2: "µm²", mm2: "mm²", "uJ ms": "µJ·ms", "uJ*ms": "µJ·ms" };
function unitText(unit) {
  return Object.hasOwn(kUnits, unit) ? kUnits[unit] : unit;
}

// Three or four digits, thousands apart.
function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(2);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function whole(value) {
  return value === null ? "–" : value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

function withUnit(value, unit) {
  const text = unitText(unit);
  return figure(value) + (text === "%" ? " %" : text ? ` ${text}` : "");
}

// Two digits of what is uncertain.
function rangeText({ low, high }) {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(high - low || 1)));
  const text = (value) => value.toLocaleString("en-US", { maximumFractionDigits: digits });
  return `${text(low)} to ${text(high)}`;
}

function percent(share) {
  const value = 100 * share;
  if (value !== 0 && Math.abs(value) < 0.05) return value > 0 ? "<0.1 %" : ">-0.1 %";
  return `${value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 })} %`;
}

function signed(text, value) {
  return value > 0 ? `+${text}` : text.replace("-", "−");
}

function signedFigure(value) {
  return value === null ? "–" : signed(figure(value), value);
}

// Relative to `from`; nothing to say about a change from 0.
function relativeChange(from, to) {
  if (from === null || to === null) return null;
  return from === 0 ? (to === 0 ? 0 : null) : (to - from) / Math.abs(from);
}

function signedPercent(share) {
  return share === null ? "–" : signed(percent(share), share);
}

// What metrics are called, and where the glossary explains them.
const kMetrics = {
  top1_percent: { name: "Top-1 accuracy", word: "top-1" },
  loss_points: { name: "Accuracy loss", word: "loss points" },
  cycles: { name: "Cycles", word: "cycles" },
  latency_ms: { name: "Latency", word: "latency" },
  energy_uj: { name: "Energy", word: "energy" },
  power_mw: { name: "Power", word: "power" },
  energy_delay_uj_ms: { name: "Energy × latency", word: "energy x latency" },
  area_mm2: { name: "Area", word: "area" },
  traffic_kb: { name: "Bus traffic", word: "bus traffic" },
  model_kb: { name: "Packed weights", word: "packed weights" },
  clock_slack: { name: "Clock slack", word: "clock slack" },
  images_per_s: { name: "Images a second", word: "images a second" },
  stream_energy_uj: { name: "Energy in a stream", word: "energy in a stream" },
  utilization_percent: { name: "Utilization", word: "utilization" },
};
function metricName(metric) {
  return Object.hasOwn(kMetrics, metric.name) ? kMetrics[metric.name].name : metric.name;
}

function metricWord(metric) {
  return Object.hasOwn(kMetrics, metric.name) ? kMetrics[metric.name].word : metric.word;
}

function metricTitle(metric) {
  const unit = unitText(metric.unit);
  return metricName(metric) + (unit && unit !== "cycles" ? `, ${unit}` : "");
}

function settingText(value) {
  return value === null ? "–" : typeof value === "number" ? String(value) : String(value);
}

function words(name) {
  return name.replace(/_/g, " ");
}

// As in the tables of the command.
function causeWords(cause) {
  return Object.hasOwn(kData.cause_words, cause) ? kData.cause_words[cause] : words(cause);
}

// Where the glossary explains a cause, a stream of traffic, a group of components of energy.
const kPartWords = {
  cycles: { compute: "computing", fill_drain: "filling and draining", overhead: "control",
    requantize: "requantizing", bank_conflict: "banks", descriptor: "descriptor",
    weight: "waiting for weight", input: "waiting for weight", output: "waiting for weight",
    dram_busy: "DRAM", refresh: "refresh" },
  traffic: { descriptor: "descriptor" },
  energy: { "DRAM accesses": "activate", "DRAM standby, refresh": "background",
    "post-processing": "requantize", leakage: "leakage" },
};
function partWord(kind, name) {
  return Object.hasOwn(kPartWords[kind], name) ? kPartWords[kind][name] : null;
}

// "A", "A and B", "A, B and C".
function listText(items) {
  return items.length < 2 ? items.join("")
    : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

function plural(count, one, many = `${one}s`) {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
