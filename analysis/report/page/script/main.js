// SPDX-License-Identifier: Apache-2.0
// Draws what the page holds.

function tiles(metrics) {
  return el("dl", { class: "tiles" }, metrics.filter((m) => m.value !== null).map((m) =>
    el("div", {}, el("dt", {}, termText(metricName(m), metricWord(m))),
      el("dd", { title: m.meaning }, figure(m.value), el("span", { class: "unit" },
        m.unit === metricName(m).toLowerCase() ? "" : ` ${unitText(m.unit)}`)),
      m.range ? el("dd", { class: "range", title: m.range.what }, rangeText(m.range)) : null)));
}

function showHeader({ kind, title, lines, version }) {
  replaceContent(document.getElementById("header"),
    el("p", { class: "overline" }, `dcnsim ${kind}`), el("h1", {}, title),
    lines.filter(Boolean).map((line) => el("p", { class: "lead" }, line)));
  replaceContent(document.getElementById("footer"),
    el("p", {}, `Made by dcnsim ${version}. Nothing on this page is loaded from elsewhere. Charts ` +
      "with d3 5 (BSD 3-clause licence, in the page's source)."));
}

function runText(run) {
  return `${run.file} · ${plural(run.images, "image")}, ${run.timing}`;
}

function showRuns(runs) {
  const titles = runs.map((run) => `${run.network} on ${run.machine.name}`);
  const content = document.getElementById("content");
  if (runs.length === 1) {
    showHeader({ kind: "run", title: titles[0], version: runs[0].version,
      lines: [runText(runs[0]), limitNote(runs)] });
    replaceContent(content, section("Figures of merit", null, tiles(runs[0].metrics)),
      resultSections(runs));
    return;
  }
  const different = [...new Set(titles)];
  const machines = [...new Set(runs.map((run) => run.machine.name))];
  const title = runs.every((run) => run.network === runs[0].network)
    ? `${runs[0].network} on ${listText(machines)}` : listText(different);
  showHeader({ kind: "comparison", title, version: runs[0].version,
    lines: runs.map((run, k) => `${kTags[k]}: ${titles[k]}, ${runText(run)}`) });
  replaceContent(content, el("div", { class: "cards" }, runs.map((run, k) =>
    el("article", { class: "card" }, el("h3", {}, el("span", { class: "tag" }, kTags[k]), titles[k]),
      tiles(run.metrics)))), differenceSection(runs), resultSections(runs));
}

function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const kData = embedded("data");
if (kData.kind === "sweep") showSweep(kData.sweep, embedded("layers"));
else if (kData.kind === "quantize") showQuantize(kData.result);
else if (kData.kind === "allocation") showAllocation(kData.result);
else showRuns(kData.runs);
document.getElementById("content").append(wordSection());
