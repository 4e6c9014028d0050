// The two algorithms under one set of names, and the sliders of each.

import * as hnsw from "./hnsw.js";
import * as ivf from "./ivf.js";

const SEED = { name: "seed", label: "Random seed", least: 1, most: 20, start: 1, rebuilds: true };

/** A slider cannot hold what is not possible. `rebuilds`: a new value needs a new index. */
export const SETTINGS = {
  hnsw: [
    { name: "m", label: "M: links per film", least: 2, most: 16, start: 4, rebuilds: true },
    { name: "efConstruction", label: "efConstruction: list while building", least: 2, most: 100, start: 40, rebuilds: true },
    { name: "ef", label: "ef: list while searching", least: 1, most: 400, start: 10 },
    SEED,
  ],
  ivf: [
    { name: "nlist", label: "nlist: number of cells", least: 1, most: 64, start: 16, rebuilds: true },
    { name: "nprobe", label: "nprobe: cells to open", least: 1, most: 64, start: 2 },
    SEED,
  ],
};

/** For each algorithm: build an index, walk through a search event by event, search at once, and two ways to name settings. */
export const ALGORITHMS = {
  hnsw: {
    label: "HNSW (a graph)",
    build: (vectors, { m, efConstruction, seed }) => hnsw.build(vectors, { m, efConstruction, seed }),
    walk: (index, vectors, query, { ef }) => hnsw.walk(index, vectors, query, ef),
    search: (index, vectors, query, { ef }, k) => hnsw.search(index, vectors, query, { ef, k }),
    setting: ({ m, efConstruction, ef, seed }) => `HNSW, M ${m}, efConstruction ${efConstruction}, ef ${ef}, seed ${seed}`,
    full: (size) => `ef = ${size}`,
  },
  ivf: {
    label: "IVF (cells)",
    build: (vectors, { nlist, seed }) => ivf.build(vectors, { nlist, seed }),
    walk: (index, vectors, query, { nprobe }, k) => ivf.walk(index, vectors, query, nprobe, k),
    search: (index, vectors, query, { nprobe }, k) => ivf.search(index, vectors, query, { nprobe, k }),
    setting: ({ nlist, nprobe, seed }) => `IVF, nlist ${nlist}, nprobe ${nprobe}, seed ${seed}`,
    full: (size) => `${size} films`,
  },
};
