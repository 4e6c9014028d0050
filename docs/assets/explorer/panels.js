// What a reader sees besides the picture: counters, lists, the line of this step, the table of settings tried.

import { ALGORITHMS } from "./algorithms.js";
import { picture } from "./draw.js";
import { element } from "./elements.js";
import { buttons, form } from "./form.js";
import { reachable } from "./hnsw.js";
import { recall } from "./vectors.js";

const TRIED = 30; // settings that the table keeps

/** The parts of the page that change. */
export function parts(explorer) {
  const button = (label, name) => element("button", { type: "button", click: () => explorer.run[name](explorer) }, label);
  const texts = ["built", "distances", "visited", "recall", "where", "waiting"];
  return {
    ...Object.fromEntries(texts.map((name) => [name, element("span", { "data-part": name })])),
    picture: picture(explorer.data),
    now: element("p", { class: "now", "aria-live": "polite", "data-part": "now" }),
    list: element("ol", { "data-part": "list" }),
    truth: element("ol", { "data-part": "truth" }),
    steps: element("ol", { class: "steps", "data-part": "steps" }),
    tried: element("tbody", { "data-part": "tried" }),
    sliders: element("div", { class: "sliders" }),
    step: button("Step", "step"),
    back: button("Back", "back"),
    play: button("Play", "playOrPause"),
    end: button("To the end", "toTheEnd"),
    restart: button("Restart", "restart"),
  };
}

/** The page from top to bottom. */
export function layout(explorer) {
  const { parts: part } = explorer;
  return [
    element("div", { class: "bench" }, form(explorer), buttons(explorer), part.now, part.picture.element),
    part.picture.legend,
    element("p", { class: "note", role: "status" }, part.built),
    element("div", { class: "columns" }, counters(explorer), box("Steps so far", part.steps, true)),
    element(
      "div",
      { class: "columns" },
      box("The list, nearest first", part.list, true),
      box("True neighbours, nearest first", part.truth, true),
    ),
    table(explorer),
    about(explorer.data),
  ];
}

/** Show the state after a step; `line` says what happened. */
export function show(explorer, line) {
  const { parts: part, state, data, algorithm, index, question, events } = explorer;
  const truth = data.questions.truth[question];
  const found = state.list.slice(0, data.k).map((entry) => entry[1]);
  part.now.textContent = line;
  part.picture.show({ algorithm, index, state, question, label: described(explorer) });
  part.distances.textContent = `${state.distances} of ${data.films.titles.length}`;
  part.visited.textContent = String(state.visited.size);
  part.recall.textContent = `${recall(found, truth).toFixed(1)} of 1.0`;
  part.where.textContent = where(explorer);
  part.waiting.textContent = algorithm === "hnsw" ? waiting(explorer) : "none: a cell is read from end to end";
  part.list.replaceChildren(...state.list.map((entry) => listItem(explorer, entry, truth)));
  part.truth.replaceChildren(...truth.map((film) => element("li", {}, data.films.titles[film])));
  part.steps.parentElement.scrollTop = part.steps.parentElement.scrollHeight;
  part.back.setAttribute("aria-disabled", String(state.step === 0));
  for (const button of [part.step, part.play, part.end]) {
    button.setAttribute("aria-disabled", String(state.step >= events.length));
  }
}

function described({ data, algorithm, state, question }) {
  const { titles } = data.films;
  const truth = data.questions.truth[question];
  const inList = state.list.filter((entry) => truth.includes(entry[1])).length;
  return (
    `${titles.length} films as points, ${algorithm === "hnsw" ? "with the links of a layer" : "in cells"}. ` +
    `The question is ${data.questions.titles[question]}. ${state.visited.size} films are compared, ` +
    `${state.list.length} are in the list, ${inList} of these are true neighbours. ` +
    "The list, the candidates and all steps stand beside the picture as text."
  );
}

function where({ algorithm, index, state }) {
  if (algorithm === "hnsw") {
    const top = index.layers.length - 1;
    if (state.layer === null) return `above layer ${top}`;
    return `layer ${state.layer} of ${top} to 0, ${index.layers[state.layer].size} films`;
  }
  const opened = state.opened.map((cell) => cell + 1).join(", ");
  return opened ? `opened: ${opened}` : `none opened; ${state.centres.size} of ${index.centres.length} centres compared`;
}

function waiting(explorer) {
  const all = [...explorer.state.candidates].sort((a, b) => a[1] - b[1]);
  if (all.length === 0) return "none";
  return `${all.length}; next: ${explorer.data.films.titles[all[0][0]]}, ${written(explorer, all[0][1])}`;
}

function listItem(explorer, [distance, film], truth) {
  const text = `${explorer.data.films.titles[film]}, ${written(explorer, distance)}`;
  return element("li", {}, text, truth.includes(film) ? element("strong", {}, " ◎ true neighbour") : "");
}

/** A distance of the page's whole numbers in the units of the embedding. */
export function written({ data }, distance) {
  return (distance / data.scale ** 2).toFixed(3);
}

/** Say what was built. */
export function showIndex(explorer) {
  const { algorithm, index, data, parts: part } = explorer;
  const films = data.films.titles.length;
  if (algorithm === "hnsw") {
    const sizes = index.layers.map((layer) => layer.size).reverse().join(", ");
    const lost = films - reachable(index).size;
    const links = [...index.layers[0].values()].reduce((sum, others) => sum + others.length, 0);
    const unreachable = lost ? ` ${lost} films cannot be reached by any walk.` : " Every film can be reached.";
    part.built.textContent = `The graph: films on its layers from the top: ${sizes}. Links on layer 0: ${links}.${unreachable}`;
  } else {
    const sizes = index.cells.map((cell) => cell.length).sort((a, b) => a - b);
    part.built.textContent = `The cells: ${sizes.length}; the smallest holds ${sizes[0]}, the largest ${sizes.at(-1)} films.`;
  }
}

/** Score this setting over all questions; the newest settings stand in the table. */
export function remember(explorer) {
  const { data, algorithm, index, values } = explorer;
  const name = ALGORITHMS[algorithm].setting(values);
  const searched = data.questions.vectors.map((query) =>
    ALGORITHMS[algorithm].search(index, data.films.vectors, query, values, data.k),
  );
  const recalls = searched.map(({ found }, question) => recall(found, data.questions.truth[question]));
  const distances = mean(searched.map((one) => one.distances));
  const row = { name, recall: mean(recalls), lowest: Math.min(...recalls), distances };
  explorer.tried = [row, ...explorer.tried.filter((one) => one.name !== name)].slice(0, TRIED);
  const exact = { name: "exact search", recall: 1, lowest: 1, distances: data.films.titles.length };
  explorer.parts.tried.replaceChildren(
    ...[...explorer.tried, exact].map((one, place) =>
      element(
        "tr",
        place === 0 ? { "aria-current": "true" } : {},
        element("th", { scope: "row" }, one.name),
        ...[one.recall.toFixed(3), one.lowest.toFixed(1), one.distances.toFixed(0)].map((text) => element("td", {}, text)),
      ),
    ),
  );
}

function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function counters(explorer) {
  const { parts: part, data } = explorer;
  const rows = [
    ["distances computed, of all that an exact search takes", part.distances],
    ["films visited", part.visited],
    [`recall@${data.k} of the list`, part.recall],
    ["layer or cells", part.where],
    ["candidates", part.waiting],
  ];
  const pairs = rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return element("section", { class: "box" }, element("h3", {}, "Counters"), element("dl", {}, ...pairs));
}

function box(title, content, scrolls) {
  const id = `explorer-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  const scroll = scrolls ? { class: "scroll", tabindex: 0, role: "group", "aria-labelledby": id } : {};
  return element("section", { class: "box" }, element("h3", { id }, title), element("div", scroll, content));
}

function table({ data, parts: part }) {
  const count = data.questions.titles.length;
  const heads = ["setting", `recall@${data.k}`, "lowest recall", "distances"];
  return element(
    "div",
    { class: "scroll-x", tabindex: 0, role: "group", "aria-label": "Recall and distances of the settings you tried" },
    element(
      "table",
      { class: "tried" },
      element("caption", {}, `All ${count} questions: the settings you tried, newest first (means, and the lowest recall)`),
      element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      part.tried,
    ),
  );
}

function about(data) {
  const ofTen = (value) => (10 * value).toFixed(1);
  return element(
    "p",
    { class: "note", "data-part": "about" },
    `${data.about}. Model: ${data.model}. ` +
      `To keep this page small, ${data.dimensions} numbers stand for its ${data.model_dimensions}. ` +
      `Of a film's ten nearest by all numbers, ${ofTen(data.kept.vectors)} are still among the ten nearest, on average. ` +
      `"True" on this page means nearest by the ${data.dimensions} numbers. The drawing (by t-SNE) has two: it keeps ` +
      `${ofTen(data.kept.points)} of those ten, so films that look far apart may be near. ` +
      "Both figures were computed when this page was built. Distances are squared L2.",
  );
}
