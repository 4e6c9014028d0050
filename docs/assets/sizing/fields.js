// The form of the sizing calculator: its fields, what stands in them, and what is wrong with it.

import { element } from "../explorer/elements.js";
import { grouped, source } from "./written.js";

/** The chosen index type. */
export function typeOf({ book, type }) {
  return book.types.find((one) => one.name === type);
}

/** All fields: those of every type, and those of the chosen one. */
export function fields(calculator) {
  return [...calculator.book.fields, ...typeOf(calculator).fields];
}

/** Where a field's text is kept: two types may each have an m of their own. */
export function key({ book, type }, field) {
  return book.fields.includes(field) ? field.name : `${type}.${field.name}`;
}

/** { values, errors }: the fields as numbers, and by field what is wrong. */
export function read(calculator) {
  const values = {};
  const errors = {};
  for (const field of fields(calculator)) {
    const text = calculator.typed[key(calculator, field)];
    const problem = wrong(field, text, values);
    if (problem) errors[field.name] = problem;
    else values[field.name] = number(text);
  }
  return { values, errors };
}

/** Digits, in groups or not. */
function number(text) {
  return Number(text.replace(/[\s,_]/g, ""));
}

/** A number in groups of three digits; any other text as it is. */
export function tidy(text) {
  return /^\s*\d[\d\s,_]*$/.test(text) ? grouped(number(text)) : text;
}

/** What is wrong with `text` in `field`, or null; `values` are the fields before it. */
function wrong({ least, most, start, divides, label }, text, values) {
  const name = label.split(":")[0];
  if (text.trim() === "") return `${name} is empty. Write a whole number from ${grouped(least)} to ${grouped(most)}.`;
  if (!/^\s*[+-]?\d[\d\s,_]*$/.test(text)) {
    return `${name}: “${text.trim()}” is not a whole number. Write digits, for example ${grouped(start)}.`;
  }
  const value = number(text);
  if (value < least) return `${name} is ${grouped(value)}, and must be at least ${grouped(least)}.`;
  if (value > most) return `${name} is too large: at most ${grouped(most)} is possible.`;
  if (divides && values[divides] && values[divides] % value !== 0) {
    return `${value} does not divide the ${grouped(values[divides])} dimensions. Near it: ${divisors(values[divides], value)}.`;
  }
  return null;
}

/** The divisors of `whole` next to `value`, in words. */
function divisors(whole, value) {
  const below = [...Array(Math.min(value, whole + 1)).keys()].reverse().find((one) => one > 0 && whole % one === 0);
  const above = [...Array(whole + 1).keys()].find((one) => one > value && whole % one === 0);
  return [below, above].filter(Boolean).map(grouped).join(" or ");
}

/** `changed` is called after each change. */
export function form(calculator, changed) {
  const { book } = calculator;
  const options = book.types.map((type) => element("option", { value: type.name }, `${type.name}: ${type.about}`));
  const select = element("select", { id: "sizing-type", "aria-describedby": "sizing-type-error" }, ...options);
  select.value = calculator.type;
  select.addEventListener("change", () => {
    Object.assign(calculator, { type: select.value, unknown: null });
    chooseFields(calculator, changed);
    changed(calculator);
  });
  calculator.select = select;
  chooseFields(calculator, changed);
  return element(
    "form",
    { submit: (event) => event.preventDefault() },
    element(
      "div",
      { class: "field wide" },
      element("label", { for: "sizing-type" }, "Index type"),
      select,
      element("p", { class: "error", id: "sizing-type-error" }),
    ),
    ...book.fields.map((field) => input(calculator, field, changed)),
    calculator.own,
  );
}

/** The fields of the chosen type. */
function chooseFields(calculator, changed) {
  for (const field of typeOf(calculator).fields) calculator.typed[key(calculator, field)] ??= grouped(field.start);
  calculator.own.replaceChildren(...typeOf(calculator).fields.map((field) => input(calculator, field, changed)));
}

function input(calculator, field, changed) {
  const id = `sizing-${field.name}`;
  const control = element("input", {
    id,
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-help ${id}-error`,
    value: calculator.typed[key(calculator, field)],
    input: () => {
      calculator.typed[key(calculator, field)] = control.value;
      changed(calculator);
    },
    change: () => (control.value = calculator.typed[key(calculator, field)] = tidy(control.value)),
  });
  const help = element("p", { class: "help", id: `${id}-help` }, `${grouped(field.least)} to ${grouped(field.most)}`);
  if (field.divides) help.append(`, and divides the ${field.divides}`);
  if (field.source) help.append(" (", source(calculator, field.source), ")");
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, field.label),
    control,
    element("p", { class: "error", id: `${id}-error` }),
    help,
  );
}

/** Tie `problem` to the field `name`, or take the last one away. */
export function mark(calculator, name, problem) {
  const control = name === "type" ? calculator.select : document.getElementById(`sizing-${name}`);
  if (problem) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  document.getElementById(`sizing-${name}-error`).textContent = problem ?? "";
}
