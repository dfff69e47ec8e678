// SPDX-License-Identifier: Apache-2.0
// Terms and what GLOSSARY.md says about them: shown when one points at a term, focuses or taps it,
// and listed at the page's end, for paper, too. Only what the page itself calls something is a term,
// by the `word` of a column, a part, a chart, an axis or a metric; names in results are none.

const kWordList = el("dl", { class: "word-list" });
const kShownEntries = new Set();

function entryOf(word) {
  const entry = kData.glossary.find(({ words }) => words.includes(word));
  if (!entry) throw new Error(`GLOSSARY.md does not explain "${word}"`);
  return entry;
}

function entryId(entry) {
  return `word-${kData.glossary.indexOf(entry)}`;
}

// What an element needs to be a term, which puts the word on the list.
function termAttributes(word) {
  const entry = entryOf(word);
  if (!kShownEntries.has(entry)) {
    kShownEntries.add(entry);
    replaceContent(kWordList, kData.glossary.filter((e) => kShownEntries.has(e)).map((e) =>
      el("div", {}, el("dt", {}, e.head), el("dd", { id: entryId(e) }, e.meaning))));
  }
  return { "data-word": word, "aria-describedby": entryId(entry) };
}

function termText(text, word) {
  return word ? el("dfn", { tabindex: "0", ...termAttributes(word) }, text) : text;
}

// In a chart, whose parts are not focused one by one.
function markTerm(selection, word) {
  if (!word) return;
  for (const [name, value] of Object.entries(termAttributes(word))) selection.attr(name, value);
}

function wordSection() {
  const tip = el("div", { class: "tip", id: "word-tip", hidden: true });
  document.body.append(tip);
  const show = ({ target }) => {
    const term = target instanceof Element ? target.closest("[data-word]") : null;
    tip.hidden = !term;
    if (!term) return;
    const { head, meaning } = entryOf(term.dataset.word);
    replaceContent(tip, el("strong", {}, head), el("span", {}, meaning));
    const { left, top, bottom } = term.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const above = bottom + tip.offsetHeight + 6 > clientHeight;
    tip.style.left = `${scrollX + Math.max(8, Math.min(left, clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${scrollY + (above ? top - tip.offsetHeight - 6 : bottom + 6)}px`;
  };
  const hide = () => { tip.hidden = true; };
  for (const type of ["pointerover", "focusin"]) document.addEventListener(type, show);
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
  return section("Words on this page", null, kWordList);
}
