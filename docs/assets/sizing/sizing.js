// The sizing calculator: a form, the formulas of formulas.js, and the settings in the page's address.

import { element } from "../explorer/elements.js";
import { fields, form, key, mark, read, tidy } from "./fields.js";
import { estimate } from "./formulas.js";
import { results } from "./results.js";
import { grouped, planned } from "./written.js";

const START_TYPE = "HNSW";

/** Fill `container` with the calculator over `book`, the value in constants.json. */
export function mount(container, book) {
  const asked = new URLSearchParams(location.search);
  if (asked.has("dim") && !asked.has("dimensions")) asked.set("dimensions", asked.get("dim")); // as Milvus calls it
  const known = book.types.some((type) => type.name === asked.get("type"));
  const calculator = {
    book,
    type: known ? asked.get("type") : START_TYPE,
    typed: {}, // what stands in the fields, by "rows" or "HNSW.m"
    unknown: asked.has("type") && !known ? asked.get("type") : null,
  };
  for (const field of fields(calculator)) {
    calculator.typed[key(calculator, field)] = tidy(asked.get(field.name) ?? String(field.start));
  }
  calculator.own = element("div", { class: "own" });
  calculator.status = element("p", { class: "status", role: "status" });
  calculator.result = element("div", { class: "result" });
  container.classList.add("vdb-sizing");
  container.replaceChildren(form(calculator, answer), calculator.status, calculator.result);
  answer(calculator);
}

/** Read the form; show the results, or what is wrong. */
function answer(calculator) {
  const { values, errors } = read(calculator);
  const { unknown } = calculator;
  if (unknown !== null) errors.type = `The address asks for the index type “${unknown}”, which is not known. Choose one.`;
  for (const name of ["type", ...fields(calculator).map((field) => field.name)]) mark(calculator, name, errors[name]);
  const broken = Object.keys(errors).length;
  calculator.result.hidden = broken > 0;
  if (broken) {
    say(calculator, `Fields to fix: ${broken}. Each has a note.`);
    return;
  }
  keepInAddress(calculator, values);
  const total = estimate(calculator.book.constants, calculator.type, values);
  const work = `${grouped(values.rows)} rows of ${grouped(values.dimensions)} numbers`;
  say(calculator, `${calculator.type}, ${work}: plan for about ${planned(total)} of memory.`);
  calculator.result.replaceChildren(...results(calculator, values, (nlist) => setNlist(calculator, nlist)));
}

function setNlist(calculator, nlist) {
  const field = fields(calculator).find((one) => one.name === "nlist");
  const control = document.getElementById("sizing-nlist");
  control.value = calculator.typed[key(calculator, field)] = grouped(nlist);
  answer(calculator);
  control.focus();
}

/** Said once the typing pauses, so that a screen reader does not read every digit's answer. */
function say(calculator, text) {
  clearTimeout(calculator.saying);
  calculator.saying = setTimeout(() => (calculator.status.textContent = text), 400);
}

function keepInAddress({ type }, values) {
  const query = new URLSearchParams({ type, ...values });
  history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
}

// ---- start

async function start() {
  const container = document.getElementById("sizing");
  if (container === null) return;
  try {
    const reply = await fetch(new URL("constants.json", import.meta.url));
    if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
    mount(container, await reply.json());
    container.dataset.state = "ready";
  } catch (error) {
    container.dataset.state = "failed";
    const problem = `The calculator could not be loaded (${error.message}). Reload the page.`;
    container.replaceChildren(element("p", { role: "alert" }, problem));
  }
}

start();
