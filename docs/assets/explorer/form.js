// What a reader sets: algorithm, sliders, question, and the buttons that lead through a search.
//
// `explorer.run` holds what the controls set going: rebuild, restart, step, back, toTheEnd, playOrPause.

import { ALGORITHMS, SETTINGS } from "./algorithms.js";
import { element } from "./elements.js";

/** Algorithm, sliders and question. */
export function form(explorer) {
  const { data } = explorer;
  sliders(explorer);
  const kinds = Object.entries(ALGORITHMS).map(([key, { label }]) => {
    const radio = element("input", { type: "radio", name: "algorithm", value: key, change: () => choose(explorer, key) });
    radio.checked = key === explorer.algorithm;
    return element("label", { class: "choice" }, radio, label);
  });
  const questions = element(
    "select",
    {
      id: "explorer-question",
      change: (event) => {
        explorer.question = Number(event.target.value);
        explorer.run.restart(explorer);
      },
    },
    ...data.questions.titles.map((title, number) => element("option", { value: number }, title)),
  );
  return element(
    "form",
    { submit: (event) => event.preventDefault() },
    element("fieldset", {}, element("legend", {}, "Index"), ...kinds),
    explorer.parts.sliders,
    field("explorer-question", "Question: films with a plot like", questions),
  );
}

function choose(explorer, algorithm) {
  explorer.algorithm = algorithm;
  sliders(explorer);
  explorer.run.rebuild(explorer);
}

/** The sliders of the chosen algorithm. */
function sliders(explorer) {
  explorer.parts.sliders.replaceChildren(...SETTINGS[explorer.algorithm].map((setting) => slider(explorer, setting)));
}

function slider(explorer, { name, label, least, most, rebuilds }) {
  const { values } = explorer;
  const id = `explorer-${name}`;
  const output = element("output", { for: id }, String(values[name]));
  const input = element("input", {
    id,
    type: "range",
    min: least,
    max: name === "nprobe" ? values.nlist : most,
    value: values[name],
    input: () => (output.textContent = input.value),
    change: () => {
      values[name] = Number(input.value);
      if (name === "nlist") keepInside(explorer);
      (rebuilds ? explorer.run.rebuild : explorer.run.restart)(explorer);
    },
  });
  return field(id, label, element("span", { class: "slider" }, input, output));
}

function field(id, label, control) {
  return element("div", { class: "field" }, element("label", { for: id }, label), control);
}

/** No more cells can be opened than there are. */
function keepInside({ values, parts: part }) {
  values.nprobe = Math.min(values.nprobe, values.nlist);
  const input = part.sliders.querySelector("#explorer-nprobe");
  input.max = values.nlist;
  input.value = values.nprobe;
  input.dispatchEvent(new Event("input"));
}

/** The buttons, with arrow keys for a step and back. A button that has nothing to do stays where it is and keeps the focus. */
export function buttons(explorer) {
  const { parts: part } = explorer;
  const about = {
    class: "buttons",
    role: "group",
    "aria-label": "Steps of the search. Arrow right and left: a step and back",
    keydown: (event) => arrow(explorer, event),
  };
  return element("div", about, part.step, part.back, part.play, part.end, part.restart);
}

function arrow(explorer, event) {
  const run = { ArrowRight: explorer.run.step, ArrowLeft: explorer.run.back }[event.key];
  if (!run || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  run(explorer);
}
