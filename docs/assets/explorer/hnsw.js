// HNSW as in the paper (Malkov and Yashunin, https://arxiv.org/abs/1603.09320): layers, a beam, links in different directions.
//
// A search is a generator that yields an event for each step, so that a page can show it; `search` runs the same steps at once.

import { Heap, Nearest, nearer, random, squared } from "./vectors.js";

/** A graph over `vectors`, inserted one by one (algorithm 1): `layers[0]` is the ground, each a Map of film to linked films. */
export function build(vectors, { m, efConstruction, seed }) {
  const graph = { m, entry: 0, layers: [] };
  const draw = random(seed);
  vectors.forEach((_, film) => insert(graph, vectors, film, topLayer(draw, m), efConstruction));
  return graph;
}

/** The highest layer of a new film: each layer holds about one in `m` of the one below. */
function topLayer(draw, m) {
  return Math.floor(-Math.log(1 - draw()) / Math.log(m));
}

function insert(graph, vectors, film, top, efConstruction) {
  const { layers, m } = graph;
  const highest = layers.length - 1;
  let starts = film === 0 ? [] : [[squared(vectors[graph.entry], vectors[film]), graph.entry]];
  for (let layer = highest; layer >= 0; layer--) {
    const here = layer <= top;
    const found = drained(beam(vectors, layers[layer], vectors[film], starts, here ? efConstruction : 1, layer));
    if (here) connect(vectors, layers[layer], film, found, m, mostLinks(m, layer));
    starts = here ? found : found.slice(0, 1);
  }
  for (let layer = highest + 1; layer <= top; layer++) layers.push(new Map([[film, []]]));
  if (top > highest) graph.entry = film;
}

/** The ground layer has room for twice as many links. */
export function mostLinks(m, layer) {
  return layer === 0 ? 2 * m : m;
}

function connect(vectors, links, film, found, m, most) {
  const chosen = select(vectors, found, m);
  links.set(film, chosen);
  for (const other of chosen) {
    const theirs = links.get(other);
    theirs.push(film);
    if (theirs.length > most) {
      const sorted = theirs.map((one) => [squared(vectors[one], vectors[other]), one]).sort(nearer);
      links.set(other, select(vectors, sorted, most));
    }
  }
}

/** Algorithm 4: from near to far, keep a film only if it is nearer to the point than to every film kept before. */
export function select(vectors, found, m) {
  const kept = [];
  for (const [distance, film] of found) {
    if (kept.length === m) break;
    if (kept.every((other) => squared(vectors[film], vectors[other]) > distance)) kept.push(film);
  }
  return kept;
}

/** The search step by step (algorithm 5): greedy through the upper layers, then a beam of width `ef` on the ground. */
export function* walk(graph, vectors, query, ef) {
  const distance = squared(vectors[graph.entry], query);
  yield { kind: "start", film: graph.entry, distance };
  let starts = [[distance, graph.entry]];
  for (let layer = graph.layers.length - 1; layer >= 0; layer--) {
    const found = yield* beam(vectors, graph.layers[layer], query, starts.slice(0, 1), layer ? 1 : ef, layer);
    starts = found;
  }
  yield { kind: "end" };
  return starts;
}

/** The `k` nearest that the walk finds, and how many distances it computed. */
export function search(graph, vectors, query, { ef, k }) {
  let distances = 0;
  const found = drained(walk(graph, vectors, query, ef), (event) => {
    if (event.kind === "start" || event.kind === "compare") distances++;
  });
  return { found: found.slice(0, k).map((entry) => entry[1]), distances };
}

/** Algorithm 2, on one layer: the `ef` nearest films that a walk from `starts` meets, nearest first. */
function* beam(vectors, links, query, starts, ef, layer) {
  const best = new Nearest(ef);
  const candidates = Heap.nearest();
  const seen = new Set(starts.map((entry) => entry[1]));
  for (const entry of starts) {
    best.offer(entry);
    candidates.push(entry);
  }
  yield { kind: "layer", layer, starts, size: ef };
  while (candidates.size > 0) {
    const here = candidates.pop();
    if (best.full && nearer(here, best.farthest) > 0) {
      yield { kind: "stop", layer, film: here[1], distance: here[0], limit: best.farthest[0] };
      return best.sorted();
    }
    const fresh = links.get(here[1]).filter((film) => !seen.has(film));
    yield { kind: "expand", layer, film: here[1], links: links.get(here[1]).length, fresh: fresh.length };
    for (const film of fresh) {
      seen.add(film);
      const entry = [squared(vectors[film], query), film];
      const offered = best.offer(entry);
      if (offered.joins) candidates.push(entry);
      yield { kind: "compare", layer, film, distance: entry[0], from: here[1], ...offered };
    }
  }
  yield { kind: "stop", layer, film: null };
  return best.sorted();
}

/** Run a generator to its end: what it returns. */
function drained(steps, each = () => {}) {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
    each(value);
  }
}

/** The films that some walk from the entry point can reach: the others are stored and never found. */
export function reachable(graph) {
  let reached = new Set([graph.entry]);
  for (let layer = graph.layers.length - 1; layer >= 0; layer--) {
    const todo = [...reached];
    while (todo.length > 0) {
      for (const film of graph.layers[layer].get(todo.pop())) {
        if (reached.has(film)) continue;
        reached.add(film);
        todo.push(film);
      }
    }
  }
  return reached;
}
