// The results: each with its formula and its source.

import { element } from "../explorer/elements.js";
import { typeOf } from "./fields.js";
import { estimate, lists, parts, rawBytes, rowsASegment, segments, suggestedNlist } from "./formulas.js";
import { grouped, planned, share, short, size, source } from "./written.js";

/** Elements for `values`; `setNlist(number)` is for the button that takes over the suggestion. */
export function results(calculator, values, setNlist) {
  const raw = rawBytes(calculator.book.constants, values);
  return [
    indexCard(calculator, values, raw),
    rawCard(calculator, raw),
    segmentsCard(calculator, values),
    ...("nlist" in values ? [nlistCard(calculator, values, setNlist)] : []),
    allTypes(calculator, values, raw),
  ];
}

function indexCard(calculator, values, raw) {
  const { book, type } = calculator;
  const total = estimate(book.constants, type, values);
  const value = element("span", {}, size(total), ` in memory, ${share(total, raw)} times the raw vectors`);
  const plan = element("p", { class: "plan" }, `Plan for about ${planned(total)}`);
  return card("index", type, value, null, origin(calculator), plan, breakdown(calculator, values));
}

function rawCard(calculator, raw) {
  const formula = `rows × dimensions × ${calculator.book.constants.BYTES_A_NUMBER}`;
  return card("raw", "Raw vectors", size(raw), formula, [source(calculator, "docs")]);
}

function segmentsCard(calculator, values) {
  const c = calculator.book.constants;
  const value = `${grouped(segments(c, values))}, of at most ${grouped(rowsASegment(c, values.dimensions))} rows`;
  const formula = `⌈rows ÷ ⌊${c.SEGMENT_BYTES / 2 ** 20} MiB ÷ (dimensions × ${c.BYTES_A_NUMBER})⌋⌉`;
  return card("segments", "Full segments", value, formula, [source(calculator, "nlist")]);
}

function nlistCard(calculator, values, setNlist) {
  const c = calculator.book.constants;
  const suggested = suggestedNlist(c, values);
  const segment = "rows of the largest segment";
  const formula = `min(⌈4 × √${segment}⌉, ⌊${segment} ÷ ${c.ROWS_A_LIST}⌋, ${grouped(c.MOST_LISTS)}), at least 1`;
  const from = [source(calculator, "nlist"), ` for 4 × √; ${c.ROWS_A_LIST} rows a list: measured on Milvus 2.3.5, 2026-11-21`];
  const differs = values.nlist !== suggested;
  const use = element("button", { type: "button", click: () => setNlist(suggested) }, `Use nlist ${grouped(suggested)}`);
  return card("nlist", "Suggested nlist", grouped(suggested), formula, from, differs ? use : "");
}

function card(name, title, value, formula, from, ...more) {
  return element(
    "section",
    { class: "card", "data-result": name },
    element("h3", {}, title),
    ...more.filter((one) => one.className === "plan"),
    element("p", { class: "value" }, value),
    ...(formula ? [element("p", {}, element("code", {}, formula))] : []),
    ...more.filter((one) => one.className !== "plan"),
    element("p", { class: "source" }, "Source: ", ...from),
  );
}

function origin(calculator) {
  const { source: name, measured } = typeOf(calculator);
  const held = measured
    ? "; ids, lengths and upper layers by the layouts of hnswlib and Faiss, held against files of Milvus 2.3.5"
    : "; not measured: the course's server, Milvus 2.3.5, lacks this type";
  return [source(calculator, name), calculator.type === "FLAT" ? "" : held];
}

function breakdown({ book, type }, values) {
  const rows = parts(book.constants, type, values).map(({ name, formula, bytes }) =>
    line(name, [element("code", {}, formula), size(bytes)]),
  );
  const made = element("div", {}, scrolled("Parts of the index", ["part", "bytes in a segment, added up", "memory"], rows));
  if ("nlist" in values) made.append(listsMade(book.constants, values));
  return made;
}

function listsMade(c, { rows, dimensions, nlist }) {
  const here = Math.min(rows, rowsASegment(c, dimensions));
  const count = lists(c, here, nlist);
  const fewer = count < nlist ? `, fewer than the ${grouped(nlist)} asked for: a list has at least ${c.ROWS_A_LIST} rows` : "";
  const text = `Lists that Milvus makes in a segment of ${grouped(here)} rows: ${grouped(count)}${fewer}.`;
  return element("p", { "data-result": "lists" }, text);
}

/** All index types over the same vectors, the chosen one with what stands in its fields. */
function allTypes(calculator, values, raw) {
  const { book, type } = calculator;
  const rows = book.types.map((one) => {
    const starts = Object.fromEntries(one.fields.map((field) => [field.name, field.start]));
    const own = one.name === type ? values : { ...values, ...starts };
    const bytes = estimate(book.constants, one.name, own);
    const setting = one.fields.map((field) => `${field.label.split(":")[0]} ${grouped(own[field.name])}`).join(", ");
    return line(one.name, [setting || "none", short(bytes), share(bytes, raw)], one.name === type);
  });
  const note = "The other types have the values that the form starts with. They are examples, no advice.";
  return element(
    "section",
    { class: "card wide", "data-result": "types" },
    element("h3", {}, "All index types over these vectors"),
    scrolled("All index types", ["type", "parameters", "memory", "of raw"], rows),
    element("p", { class: "source" }, note),
  );
}

function line(name, cells, current = false) {
  const attributes = current ? { "aria-current": "true" } : {};
  return element("tr", attributes, element("th", { scope: "row" }, name), ...cells.map((cell) => element("td", {}, cell)));
}

function scrolled(label, heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const table = element("table", { class: "sizes" }, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("div", { class: "scroll-x", tabindex: 0, role: "group", "aria-label": label }, table);
}
