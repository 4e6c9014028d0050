// The index explorer: builds an index over the films of films.json in the page, and steps through a search in it.

import { ALGORITHMS, SETTINGS } from "./algorithms.js";
import { element } from "./elements.js";
import { layout, parts, remember, show, showIndex, written } from "./panels.js";
import { apply, initial, replay, words } from "./state.js";

const PACE = 450; // milliseconds between two steps of Play
const SLOW_PACE = 1500; // for readers who ask their system for less motion

/** Fill `container` with the explorer over `data`, the value in films.json. */
export function mount(container, data) {
  const explorer = {
    data,
    container,
    algorithm: "hnsw",
    values: Object.fromEntries(Object.values(SETTINGS).flatMap((all) => all.map((one) => [one.name, one.start]))),
    question: 0,
    tried: [],
    timer: null,
    run: { rebuild, restart, playOrPause, step: stopping(step), back: stopping(back), toTheEnd: stopping(toTheEnd) },
  };
  explorer.parts = parts(explorer);
  container.replaceChildren(...layout(explorer));
  container.classList.add("vdb-explorer");
  rebuild(explorer);
  return explorer;
}

// ---- what happens

function rebuild(explorer) {
  const { data, algorithm, values } = explorer;
  explorer.index = ALGORITHMS[algorithm].build(data.films.vectors, values);
  showIndex(explorer);
  restart(explorer);
}

/** A new search: all its events are made now, and shown one by one. */
function restart(explorer) {
  const { data, algorithm, index, values, question } = explorer;
  pause(explorer);
  const query = data.questions.vectors[question];
  explorer.events = [...ALGORITHMS[algorithm].walk(index, data.films.vectors, query, values, data.k)];
  explorer.state = initial();
  remember(explorer);
  explorer.parts.steps.replaceChildren();
  show(explorer, before(explorer));
}

/** What there is to see before the first step. */
function before({ data, question, algorithm }) {
  const index = algorithm === "hnsw" ? "the graph" : "the cells";
  return (
    `Ten films are nearest to ${data.questions.titles[question]}: the rings. An exact search compares it with all ` +
    `${data.films.titles.length} films. Press Play: does ${index} find them with fewer?`
  );
}

/** A hand on the buttons stops Play. */
function stopping(run) {
  return (explorer) => {
    pause(explorer);
    run(explorer);
  };
}

function step(explorer) {
  if (explorer.state.step >= explorer.events.length) return;
  const event = explorer.events[explorer.state.step];
  apply(explorer.state, event);
  const line = said(explorer, event);
  explorer.parts.steps.append(element("li", {}, line));
  show(explorer, line);
}

function back(explorer) {
  if (explorer.state.step === 0) return;
  explorer.state = replay(explorer.events, explorer.state.step - 1);
  explorer.parts.steps.lastElementChild.remove();
  const line = explorer.parts.steps.lastElementChild?.textContent ?? before(explorer);
  show(explorer, line);
}

function toTheEnd(explorer) {
  let line = explorer.parts.now.textContent;
  const lines = [];
  for (const event of explorer.events.slice(explorer.state.step)) {
    apply(explorer.state, event);
    line = said(explorer, event);
    lines.push(element("li", {}, line));
  }
  explorer.parts.steps.append(...lines);
  show(explorer, line);
}

function said(explorer, event) {
  const { titles } = explorer.data.films;
  return words(event, explorer.state, {
    title: (film) => titles[film],
    number: (distance) => written(explorer, distance),
    setting: ALGORITHMS[explorer.algorithm].full,
  });
}

function playOrPause(explorer) {
  if (explorer.timer !== null) {
    pause(explorer);
    return;
  }
  if (explorer.state.step >= explorer.events.length) return;
  explorer.parts.now.setAttribute("aria-live", "off"); // a line every half second is more than anybody can listen to
  explorer.parts.play.textContent = "Pause";
  const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? SLOW_PACE : PACE;
  explorer.timer = setInterval(() => {
    step(explorer);
    if (explorer.state.done) pause(explorer);
  }, pace);
}

function pause(explorer) {
  if (explorer.timer === null) return;
  clearInterval(explorer.timer);
  explorer.timer = null;
  const { play, now } = explorer.parts;
  play.textContent = "Play";
  now.setAttribute("aria-live", "polite");
  now.replaceChildren(now.textContent); // said once more, now that somebody listens
}

// ---- start

async function start() {
  const container = document.getElementById("explorer");
  if (container === null) return;
  try {
    const answer = await fetch(new URL("films.json", import.meta.url));
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    mount(container, await answer.json());
    container.dataset.state = "ready";
  } catch (error) {
    container.dataset.state = "failed";
    const problem = `The films could not be loaded (${error.message}). Reload the page.`;
    container.replaceChildren(element("p", { role: "alert" }, problem));
  }
}

start();
