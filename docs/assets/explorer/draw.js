// The picture: films as marks, links of a layer or cells as lines. Shapes say what colours say.

import { drawn, element } from "./elements.js";

const WIDTH = 1000;
const MARGIN = 40;
const WIDE = 600; // height of the drawing; a narrow one is higher and has larger marks
const NARROW = 780;
const NARROW_BELOW = 520; // pixels

const DOT = "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z";
const CIRCLE = "M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0Z";
const SQUARE = "M-6,-6h12v12h-12Z";
const STAR = "M0,-12L3,-4L11,-4L5,2L7,10L0,5L-7,10L-5,2L-11,-4L-3,-4Z";
const CROSS = "M-12,0H12M0,-12V12";
const RING = "M-11,0a11,11 0 1,0 22,0a11,11 0 1,0 -22,0Z";
const DIAMOND = "M0,-9L9,0L0,9L-9,0Z";

/** State of a film: its shape, and what the legend says of it. The classes of the same name give the colours. */
const STATES = {
  plain: [DOT, "not compared"],
  compared: [CIRCLE, "compared, not in the list"],
  waiting: [CIRCLE, "candidate that dropped out of the list"],
  listed: [SQUARE, "in the list, still a candidate"],
  kept: [SQUARE, "in the list"],
  current: [STAR, "this step"],
};
const OVERLAYS = { truth: [RING, "true neighbour"], query: [CROSS, "the question"], centre: [DIAMOND, "centre of a cell"] };
const LEGENDS = {
  hnsw: ["query", "truth", "current", "listed", "kept", "waiting", "compared", "plain"],
  ivf: ["query", "truth", "centre", "current", "kept", "compared", "plain"],
};

/** A picture of `data`'s films: `element` and `legend` to put somewhere, `show(...)` to draw a state of a search. */
export function picture(data) {
  const lines = { all: drawn("path", { class: "links" }), walked: drawn("path", { class: "walked" }) };
  const marks = data.films.titles.map((title) => {
    const shape = drawn("path", { class: "plain", d: DOT });
    return { shape, group: drawn("g", {}, drawn("title", {}, title), shape) };
  });
  const over = drawn("g");
  const names = drawn("g");
  const svg = drawn("svg", { role: "img", "aria-label": "", class: "picture" });
  svg.append(lines.all, lines.walked, ...[drawn("g", {}, ...marks.map((mark) => mark.group))], over, names);
  const legend = element("ul", { class: "legend" });
  const drawing = { data, svg, lines, marks, over, names, legend, shown: null, height: WIDE, zoom: 1 };
  new ResizeObserver(() => fit(drawing)).observe(svg);
  fit(drawing);
  return {
    element: element("div", { class: "stage" }, svg),
    legend,
    show: (scene) => show(drawing, scene),
  };
}

/** Choose height and size of marks for the width that there is. */
function fit(drawing) {
  const width = drawing.svg.clientWidth || WIDTH;
  drawing.height = width < NARROW_BELOW ? NARROW : WIDE;
  drawing.zoom = Math.min(2.2, Math.max(1, 720 / width));
  drawing.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${drawing.height}`);
  for (const [film, mark] of drawing.marks.entries()) {
    mark.group.setAttribute("transform", placed(drawing, drawing.data.films.points[film]));
  }
  if (drawing.shown) show(drawing, drawing.shown);
}

/** Draw `scene`: { algorithm, index, state, question, label }. */
function show(drawing, scene) {
  drawing.shown = scene;
  const { algorithm, index, state, question } = scene;
  const { data } = drawing;
  drawing.svg.setAttribute("aria-label", scene.label);
  for (const [film, { shape }] of drawing.marks.entries()) {
    const name = stateOf(film, scene);
    shape.setAttribute("class", faint(film, scene) ? `${name} faint` : name);
    shape.setAttribute("d", STATES[name][0]);
  }
  const [all, walked] = (algorithm === "hnsw" ? graphLines : cellLines)(drawing, index, state);
  drawing.lines.all.setAttribute("d", all);
  drawing.lines.walked.setAttribute("d", walked);
  const truth = data.questions.truth[question].map((film) => overlay(drawing, "truth", data.films.points[film]));
  const centres = algorithm === "ivf" ? index.centres.map((_, cell) => centreMark(drawing, index, state, cell)) : [];
  const query = overlay(drawing, "query", data.questions.points[question]);
  drawing.over.replaceChildren(...truth, ...centres.filter(Boolean), query);
  drawing.names.replaceChildren(...named(drawing, state, question));
  legend(drawing, algorithm);
}

function stateOf(film, { algorithm, state }) {
  if (film === state.current) return "current";
  if (state.list.some((entry) => entry[1] === film)) {
    return algorithm === "hnsw" && state.candidates.has(film) ? "listed" : "kept";
  }
  if (state.candidates.has(film)) return "waiting";
  return state.visited.has(film) ? "compared" : "plain";
}

/** On an upper layer the films that are not there step back. */
function faint(film, { algorithm, index, state }) {
  return algorithm === "hnsw" && state.layer > 0 && !index.layers[state.layer].has(film);
}

function graphLines(drawing, graph, state) {
  const layer = state.layer ?? 0; // before the first step: all films and their links
  const { points } = drawing.data.films;
  const links = [...graph.layers[layer]].flatMap(([film, others]) => others.map((other) => [film, other]));
  const line = ([from, to]) => segment(drawing, points[from], points[to]);
  return [links.map(line).join(""), state.paths.map(line).join("")];
}

function cellLines(drawing, index, state) {
  const { points } = drawing.data.films;
  const ray = (cell) => {
    const centre = middle(drawing, index, cell);
    return index.cells[cell].map((film) => segment(drawing, centre, points[film])).join("");
  };
  const rays = (cells) => cells.map(ray).join("");
  return [rays([...index.cells.keys()]), rays(state.opened)];
}

function centreMark(drawing, index, state, cell) {
  const place = middle(drawing, index, cell);
  if (place === null) return null;
  const mark = overlay(drawing, "centre", place);
  if (state.opened.includes(cell)) mark.classList.add("opened");
  mark.append(drawn("text", { y: 4, class: "number" }, String(cell + 1)));
  return mark;
}

/** Where a cell's centre is drawn: in the middle of the places of its films. (It has no place of its own on paper.) */
function middle(drawing, index, cell) {
  const inside = index.cells[cell].map((film) => drawing.data.films.points[film]);
  if (inside.length === 0) return null;
  return [0, 1].map((axis) => inside.reduce((sum, point) => sum + point[axis], 0) / inside.length);
}

/** The names of the question and of the film of this step. */
function named(drawing, state, question) {
  const { films, questions } = drawing.data;
  const made = [name(drawing, questions.points[question], questions.titles[question], "query")];
  if (state.current !== null) made.push(name(drawing, films.points[state.current], films.titles[state.current], "current"));
  return made;
}

function name(drawing, point, text, kind) {
  const right = point[0] > 600;
  const where = { x: right ? -16 : 16, y: kind === "query" ? -10 : 18, "text-anchor": right ? "end" : "start" };
  return drawn("g", { transform: placed(drawing, point) }, drawn("text", { ...where, class: `name ${kind}` }, text));
}

function overlay(drawing, kind, point) {
  return drawn("g", { transform: placed(drawing, point), class: "over" }, drawn("path", { class: kind, d: OVERLAYS[kind][0] }));
}

function legend(drawing, algorithm) {
  if (drawing.legend.dataset.algorithm === algorithm) return;
  drawing.legend.dataset.algorithm = algorithm;
  const items = LEGENDS[algorithm].map((kind) => {
    const [shape, text] = STATES[kind] ?? OVERLAYS[kind];
    const mark = drawn("svg", { viewBox: "-14 -14 28 28", class: "sample", "aria-hidden": "true" });
    mark.append(drawn("path", { class: kind, d: shape }));
    return element("li", {}, mark, text);
  });
  drawing.legend.replaceChildren(...items);
}

function segment(drawing, from, to) {
  return `M${at(drawing, from)}L${at(drawing, to)}`;
}

function placed(drawing, point) {
  return `translate(${at(drawing, point)}) scale(${drawing.zoom})`;
}

function at(drawing, [x, y]) {
  const across = MARGIN + (x / 1000) * (WIDTH - 2 * MARGIN);
  const down = MARGIN + (y / 1000) * (drawing.height - 2 * MARGIN);
  return `${across.toFixed(1)},${down.toFixed(1)}`;
}
