// IVF: k-means puts each film into the cell of its nearest centre; a search opens the cells whose centres are nearest.

import { Nearest, nearer, random, squared } from "./vectors.js";

const MOST_ROUNDS = 25;

/** Centres, and for each cell its films. The first centres are films drawn at random; an empty cell keeps its centre. */
export function build(vectors, { nlist, seed }) {
  let centres = drawn(vectors.length, nlist, random(seed)).map((film) => vectors[film]);
  let cellOf = assign(vectors, centres);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    centres = centres.map((centre, cell) => mean(vectors.filter((_, film) => cellOf[film] === cell)) ?? centre);
    const moved = assign(vectors, centres);
    const same = moved.every((cell, film) => cell === cellOf[film]);
    cellOf = moved;
    if (same) break;
  }
  const cells = centres.map((_, cell) => [...cellOf.keys()].filter((film) => cellOf[film] === cell));
  return { centres, cellOf, cells };
}

/** `count` different numbers below `size`. */
function drawn(size, count, draw) {
  const numbers = [...Array(size).keys()];
  for (let place = 0; place < count; place++) {
    const other = place + Math.floor(draw() * (size - place));
    [numbers[place], numbers[other]] = [numbers[other], numbers[place]];
  }
  return numbers.slice(0, count);
}

function assign(vectors, centres) {
  return vectors.map((vector) => byDistance(centres, vector)[0][1]);
}

/** [distance, number] of all centres, the nearest first. */
function byDistance(centres, vector) {
  return centres.map((centre, cell) => [squared(centre, vector), cell]).sort(nearer);
}

function mean(vectors) {
  if (vectors.length === 0) return undefined;
  return vectors[0].map((_, place) => vectors.reduce((sum, vector) => sum + vector[place], 0) / vectors.length);
}

/** The search step by step: all centres, then the films of the `nprobe` nearest cells. Returns the nearest, nearest first. */
export function* walk(index, vectors, query, nprobe, k) {
  yield { kind: "list", size: k };
  for (const [cell, centre] of index.centres.entries()) yield { kind: "centre", cell, distance: squared(centre, query) };
  const best = new Nearest(k);
  for (const [, cell] of byDistance(index.centres, query).slice(0, nprobe)) {
    yield { kind: "open", cell, films: index.cells[cell].length };
    for (const film of index.cells[cell]) {
      const distance = squared(vectors[film], query);
      yield { kind: "compare", cell, film, distance, from: null, ...best.offer([distance, film]) };
    }
  }
  yield { kind: "end" };
  return best.sorted();
}

/** The `k` nearest in the opened cells, and how many distances that took, those to the centres with them. */
export function search(index, vectors, query, { nprobe, k }) {
  const steps = walk(index, vectors, query, nprobe, k);
  for (let distances = 0; ; ) {
    const { value, done } = steps.next();
    if (done) return { found: value.map((entry) => entry[1]), distances };
    if (value.kind === "centre" || value.kind === "compare") distances++;
  }
}
