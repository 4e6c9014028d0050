// From the events of a search to what a page shows after each of them: the state, and a line of text.

import { nearer } from "./vectors.js";

/** Before the first step. */
export function initial() {
  return {
    step: 0,
    distances: 0,
    layer: null,
    current: null, // the film that was compared last, or whose links are being followed
    from: null,
    size: 0, // of the list
    list: [], // [distance, film], nearest first
    candidates: new Map(), // film: distance
    here: new Set(), // films compared on this layer
    visited: new Set(), // films compared at all
    paths: [], // [from, to] on this layer
    centres: new Map(), // cell: distance
    opened: [],
    done: false,
  };
}

/** The state after the first `count` events. Going back is going again from the start. */
export function replay(events, count) {
  const state = initial();
  for (const event of events.slice(0, count)) apply(state, event);
  return state;
}

/** Carry out one event. */
export function apply(state, event) {
  state.step++;
  APPLY[event.kind](state, event);
}

const APPLY = {
  start(state, { film }) {
    state.distances++;
    state.current = film;
    state.visited.add(film);
  },
  list(state, { size }) {
    state.size = size;
  },
  layer(state, { layer, starts, size }) {
    Object.assign(state, { layer, size, list: [...starts], current: starts[0][1], from: null, paths: [] });
    state.candidates = new Map(starts.map(([distance, film]) => [film, distance]));
    state.here = new Set(starts.map((entry) => entry[1]));
  },
  expand(state, { film }) {
    state.candidates.delete(film);
    state.current = state.from = film;
  },
  centre(state, { cell, distance }) {
    state.distances++;
    state.centres.set(cell, distance);
  },
  open(state, { cell }) {
    state.opened.push(cell);
    state.current = null;
  },
  compare(state, { film, distance, from, joins, drops }) {
    state.distances++;
    state.current = film;
    state.visited.add(film);
    state.here.add(film);
    if (from !== null) state.paths.push([from, film]);
    if (!joins) return;
    if (from !== null) state.candidates.set(film, distance);
    state.list = [...state.list, [distance, film]].filter((entry) => entry[1] !== drops).sort(nearer);
  },
  stop(state) {
    state.current = state.list[0][1];
    state.from = null;
  },
  end(state) {
    state.done = true;
    state.current = null;
    state.from = null;
  },
};

/** One line on an event; `state` is the one after it. `title(film)` and `number(distance)` write out what they are given. */
export function words(event, state, { title, number, setting }) {
  return `Step ${state.step}: ${WORDS[event.kind](event, state, { title, number, setting })}`;
}

const WORDS = {
  start: ({ film, distance }, _, { title, number }) => `start at the entry point, ${title(film)}, ${number(distance)}.`,
  list: ({ size }) => `an empty list with room for ${films(size)}.`,
  layer: ({ layer, starts, size }, _, { title }) =>
    `layer ${layer}: search from ${title(starts[0][1])} with a list of ${films(size)}.`,
  expand: ({ film, links, fresh }, _, { title }) =>
    `follow the links of ${title(film)}, the nearest candidate: ${links} links, ${fresh} to films not seen on this layer.`,
  centre: ({ cell, distance }, _, { number }) => `compare with the centre of cell ${cell + 1}, ${number(distance)}.`,
  open: ({ cell, films: inside }, state) =>
    `open cell ${cell + 1}, the ${ordinal(state.opened.length)} nearest centre: ${films(inside)}.`,
  compare: ({ film, distance, joins, drops }, state, { title, number, setting }) =>
    `compare with ${title(film)}, ${number(distance)}: ${outcome(joins, drops, state, title, setting)}`,
  stop: ({ layer, film, distance, limit }, _, { title, number }) => {
    const why =
      film === null
        ? "no candidates are left"
        : `the nearest candidate, ${title(film)}, ${number(distance)}, is farther than the whole list (${number(limit)})`;
    return `${why}. Layer ${layer} is done.`;
  },
  end: (_, state) => `the end. ${state.distances} distances computed.`,
};

function outcome(joins, drops, state, title, setting) {
  if (!joins) return "farther than the whole list, not kept.";
  if (drops !== null) return `joins the list; ${title(drops)} drops out.`;
  return state.list.length < state.size ? "joins the list." : `joins the list, which is full with ${setting(state.size)}.`;
}

function films(count) {
  return count === 1 ? "1 film" : `${count} films`;
}

function ordinal(place) {
  const ending = place % 100 > 10 && place % 100 < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[place % 10] ?? "th");
  return place === 1 ? "" : `${place}${ending}`;
}
