// The map of films on the home page: pick one, and the films whose plots are nearest light up. The vectors are those of the
// index explorer; each search compares the film with all others, in the page.

import { drawn, element } from "../explorer/elements.js";
import { exact } from "../explorer/vectors.js";

const NEAR = 6;
const FIRST = "Gravity (2013)";
const WIDTH = 1000;
const HEIGHT = 760;
const MARGIN = 36;

/** Fill `container` with a map of `films`: { titles, vectors, points }. */
export function mount(container, films) {
  const places = films.points.map(([x, y]) => [
    MARGIN + (x / 1000) * (WIDTH - 2 * MARGIN),
    MARGIN + (y / 1000) * (HEIGHT - 2 * MARGIN),
  ]);
  const dots = places.map(([x, y]) => drawn("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 6 }));
  const lines = drawn("g", { class: "lines" });
  const name = drawn("text", { class: "name" });
  const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  picture.append(lines, drawn("g", {}, ...dots), name);
  const sorted = [...films.titles.keys()].sort((a, b) => films.titles[a].localeCompare(films.titles[b]));
  const choice = element(
    "select",
    { id: "map-film", change: () => pick(Number(choice.value)) },
    ...sorted.map((film) => element("option", { value: film }, films.titles[film])),
  );
  const near = element("ol", { class: "near" });
  const said = element("p", { class: "said", role: "status" });
  const map = { films, places, dots, lines, name, picture, choice, near, said, film: null };

  const pick = (film) => show(map, film, pick);
  picture.addEventListener("click", (event) => pick(nearestTo(map, event)));
  picture.addEventListener("pointermove", (event) => label(map, nearestTo(map, event)));
  picture.addEventListener("pointerleave", () => label(map, map.film));
  container.replaceChildren(
    picture,
    element(
      "div",
      { class: "picked" },
      element("label", { for: "map-film" }, "Films with a plot like"),
      choice,
      element("button", { type: "button", click: () => pick(Math.floor(Math.random() * films.titles.length)) }, "Any film"),
    ),
    near,
    said,
    element(
      "p",
      { class: "note" },
      `Each dot is one of ${films.titles.length} films. A model turned its plot into a vector, here shortened to ` +
        `${films.vectors[0].length} numbers. The nearest vectors are found in your browser: tap a dot.`,
    ),
  );
  const start = films.titles.indexOf(FIRST);
  pick(start < 0 ? 0 : start);
  return map;
}

/** Light up `film` and the films nearest to it. */
function show(map, film, pick) {
  const { films, places, dots, lines, choice, near } = map;
  map.film = film;
  choice.value = String(film);
  const nearest = exact(films.vectors, films.vectors[film], NEAR + 1)
    .filter((other) => other !== film)
    .slice(0, NEAR);
  for (const [number, dot] of dots.entries()) {
    dot.setAttribute("class", number === film ? "film" : nearest.includes(number) ? "near" : "");
    dot.setAttribute("r", number === film ? 15 : nearest.includes(number) ? 11 : 6);
  }
  lines.replaceChildren(
    ...nearest.map((other, place) =>
      drawn("path", {
        d: `M${places[film]}L${places[other]}`,
        pathLength: 1,
        style: `animation-delay: ${place * 70}ms`,
      }),
    ),
  );
  label(map, film);
  near.replaceChildren(
    ...nearest.map((other) => element("li", {}, element("button", { type: "button", click: () => move(map, other, pick) }, films.titles[other]))),
  );
  const names = nearest.map((other) => films.titles[other]).join(", ");
  map.said.textContent = `Nearest to ${films.titles[film]}: ${names}.`;
  map.picture.setAttribute("aria-label", `${films.titles.length} films as dots. ${map.said.textContent}`);
}

/** Go on from a film of the list; the focus goes to the first of the new list, since the old one is gone. */
function move(map, film, pick) {
  pick(film);
  map.near.querySelector("button").focus();
}

/** Write the title of a film beside its dot. */
function label({ films, places, name }, film) {
  const [x, y] = places[film];
  const toTheLeft = x > WIDTH / 2;
  name.textContent = films.titles[film];
  name.setAttribute("x", toTheLeft ? x - 8 : x + 8);
  name.setAttribute("y", y < 60 ? y + 48 : y - 26);
  name.setAttribute("text-anchor", toTheLeft ? "end" : "start");
}

/** The film whose dot is nearest to the pointer: a finger need not hit it. */
function nearestTo({ picture, places }, event) {
  const { left, top, width } = picture.getBoundingClientRect();
  const x = ((event.clientX - left) / width) * WIDTH;
  const y = ((event.clientY - top) / width) * WIDTH;
  const distances = places.map((place) => (place[0] - x) ** 2 + (place[1] - y) ** 2);
  return distances.indexOf(Math.min(...distances));
}

async function start() {
  const container = document.getElementById("map");
  if (container === null) return;
  const answer = await fetch(new URL("../explorer/films.json", import.meta.url));
  if (!answer.ok) return; // the page says the same without its picture
  mount(container, (await answer.json()).films);
  container.dataset.state = "ready";
}

start();
