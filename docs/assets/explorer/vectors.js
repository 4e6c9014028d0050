// What every search needs: distances, an exact search, recall, a heap, and a random number that can be repeated.

/** The squared L2 distance. */
export function squared(a, b) {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += (a[place] - b[place]) ** 2;
  return sum;
}

/** Entries are [distance, number]: the nearer first, of equal ones the lower number. */
export const nearer = (a, b) => a[0] - b[0] || a[1] - b[1];
const farther = (a, b) => nearer(b, a);

/** The numbers of the `k` nearest `vectors`: every distance is computed. */
export function exact(vectors, query, k) {
  return vectors
    .map((vector, number) => [squared(vector, query), number])
    .sort(nearer)
    .slice(0, k)
    .map((entry) => entry[1]);
}

/** Share of the true neighbours that were found. */
export function recall(found, truth) {
  const known = new Set(found);
  return truth.filter((number) => known.has(number)).length / truth.length;
}

/** A function that gives numbers from 0 up to 1, always the same ones for a seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A heap hands out its first entry quickly: the nearest (`Heap.nearest()`) or the farthest (`Heap.farthest()`). */
export class Heap {
  static nearest = () => new Heap(nearer);
  static farthest = () => new Heap(farther);

  constructor(order) {
    this.order = order;
    this.entries = [];
  }

  get size() {
    return this.entries.length;
  }

  get first() {
    return this.entries[0];
  }

  push(entry) {
    const entries = this.entries;
    let place = entries.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.order(entries[above], entry) <= 0) break;
      entries[place] = entries[above];
      place = above;
    }
    entries[place] = entry;
  }

  pop() {
    const entries = this.entries;
    const taken = entries[0];
    const last = entries.pop();
    if (entries.length > 0) this.sink(last);
    return taken;
  }

  sink(entry) {
    const entries = this.entries;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= entries.length) break;
      if (below + 1 < entries.length && this.order(entries[below + 1], entries[below]) < 0) below++;
      if (this.order(entries[below], entry) >= 0) break;
      entries[place] = entries[below];
      place = below;
    }
    entries[place] = entry;
  }
}

/** The `size` nearest so far. `offer` says whether an entry got in, and which one dropped out for it. */
export class Nearest {
  constructor(size) {
    this.size = size;
    this.heap = Heap.farthest();
  }

  get full() {
    return this.heap.size >= this.size;
  }

  get farthest() {
    return this.heap.first;
  }

  offer(entry) {
    if (this.full && nearer(entry, this.farthest) > 0) return { joins: false, drops: null };
    this.heap.push(entry);
    return { joins: true, drops: this.heap.size > this.size ? this.heap.pop()[1] : null };
  }

  sorted() {
    return [...this.heap.entries].sort(nearer);
  }
}
