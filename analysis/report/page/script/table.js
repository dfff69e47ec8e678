// SPDX-License-Identifier: Apache-2.0
// Tables, sortable by the buttons in their heads. A column: title, value(row), and text(row) or
// cell(row) where the value is not what is shown; `numeric` aligns right, `minor` finds no room on
// paper, `word` is what the glossary calls it.

function compareValues(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortedRows(rows, column, descending) {
  const sorted = rows.slice().sort((a, b) => compareValues(column.value(a), column.value(b)));
  return descending ? sorted.reverse() : sorted;
}

function columnClass(column) {
  return [column.numeric ? "number" : "", column.minor ? "minor" : ""].join(" ").trim() || null;
}

function cellContent(column, row) {
  if (column.cell) return column.cell(row);
  if (column.text) return column.text(row);
  const value = column.value(row);
  return typeof value === "number" ? figure(value) : settingText(value ?? null);
}

function dataTable({ caption, columns, rows, order, most = Infinity, rowClass, onOrder }) {
  const head = el("tr", {});
  const body = el("tbody", {});
  const rest = el("p", { class: "note" });
  let sorting = order || null;
  const fill = () => {
    const sorted = sorting
      ? sortedRows(rows, columns[sorting.column], sorting.descending) : rows;
    replaceContent(body, sorted.slice(0, most).map((row) =>
      el("tr", { class: rowClass ? rowClass(row) : null }, columns.map((c, i) =>
        el(i === 0 ? "th" : "td", { class: columnClass(c), scope: i === 0 ? "row" : null }, cellContent(c, row))))));
    rest.textContent = sorted.length > most
      ? `The first ${whole(most)} of ${plural(sorted.length, "row")}: sort or filter to see others.`
      : "";
    rest.hidden = sorted.length <= most;
    columns.forEach((c, i) => {
      const own = sorting && sorting.column === i;
      head.children[i].setAttribute("aria-sort",
        own ? (sorting.descending ? "descending" : "ascending") : "none");
    });
  };
  columns.forEach((c, i) => {
    const sort = () => {
      sorting = { column: i, descending: Boolean(sorting && sorting.column === i && !sorting.descending) };
      if (onOrder) onOrder(sorting);
      fill();
    };
    head.append(el("th", { scope: "col", class: columnClass(c) },
      order ? el("button", { type: "button", class: "sort", onclick: sort,
        ...(c.word ? termAttributes(c.word) : {}) }, c.title) : termText(c.title, c.word)));
  });
  fill();
  return el("div", {},
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el("table", {}, el("caption", {}, caption), el("thead", {}, head), body)), rest);
}
