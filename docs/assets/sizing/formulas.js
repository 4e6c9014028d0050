// The formulas of vdbcourse.sizing once more; every number in them comes from there (`c`, the constants of constants.json).
//
// Within a segment all numbers are exact as they are; sums over segments can be larger and are BigInt.

/** Bytes of the vectors alone. */
export function rawBytes(c, { rows, dimensions }) {
  return BigInt(rows) * BigInt(dimensions * c.BYTES_A_NUMBER);
}

/** Rows that fit into a full segment, if the vector is all there is to a row. */
export function rowsASegment(c, dimensions) {
  return Math.max(1, Math.floor(c.SEGMENT_BYTES / (dimensions * c.BYTES_A_NUMBER)));
}

/** Segments that are as full as they may be. */
export function segments(c, { rows, dimensions }) {
  return Math.ceil(rows / rowsASegment(c, dimensions));
}

/** The number of lists that Milvus makes in a segment of `rows` when asked for `nlist`. */
export function lists(c, rows, nlist) {
  return Math.max(1, Math.min(nlist, Math.floor(rows / c.ROWS_A_LIST)));
}

/** The documentation's rule for nlist, within what Milvus makes. */
export function suggestedNlist(c, { rows, dimensions }) {
  const here = Math.min(rows, rowsASegment(c, dimensions));
  return Math.min(lists(c, here, Math.ceil(4 * Math.sqrt(here))), c.MOST_LISTS);
}

/** Bytes of an index in memory, as BigInt: the sum of its parts. */
export function estimate(c, type, values) {
  return parts(c, type, values).reduce((sum, part) => sum + part.bytes, 0n);
}

/** The parts of an index: { name, formula, bytes }. `values` holds rows, dimensions and the parameters of the type. */
export function parts(c, type, values) {
  const most = rowsASegment(c, values.dimensions);
  const full = Math.floor(values.rows / most);
  const rest = values.rows % most;
  return PARTS[type](c, values).map(({ name, formula, count }) => ({
    name,
    formula,
    bytes: (full ? BigInt(full) * BigInt(count(most)) : 0n) + (rest ? BigInt(count(rest)) : 0n),
  }));
}

// Each part: its name, its formula in words, and the bytes in a segment of so many rows.

const PARTS = {
  FLAT: (c, values) => [vectors(c, values)],
  HNSW: (c, values) => [vectors(c, values), graph(c, values)],
  HNSW_SQ: (c, values) => [byteCodes(values), graph(c, values)],
  IVF_FLAT: (c, values) => [vectors(c, values), lengths(c), ids(c), centres(c, values)],
  IVF_SQ8: (c, values) => [byteCodes(values), ids(c), centres(c, values), ranges(c, values)],
  IVF_PQ: (c, values) => [productCodes(values), ids(c), centres(c, values), book(c, values, values.nbits, "nbits")],
  SCANN: (c, values) => [
    pairCodes(c, values),
    book(c, values, c.SCANN_BITS_A_CODE, c.SCANN_BITS_A_CODE),
    ...PARTS.IVF_FLAT(c, values),
  ],
  DISKANN: (c, values) => [onDisk(c, values)],
};

const vectors = (c, { dimensions }) => ({
  name: "vectors",
  formula: `rows × dimensions × ${c.BYTES_A_NUMBER}`,
  count: (rows) => rows * dimensions * c.BYTES_A_NUMBER,
});

const graph = (c, { m }) => ({
  name: "graph and ids",
  formula:
    `rows × (2 × M × ${c.BYTES_AN_EDGE} + ${c.BYTES_AN_EDGE} + ` +
    `(M × ${c.BYTES_AN_EDGE} + ${c.BYTES_AN_EDGE}) ÷ (M − 1) + ${c.BYTES_AN_ID})`,
  count: (rows) => {
    const ground = 2 * m * c.BYTES_AN_EDGE + c.BYTES_AN_EDGE;
    const above = m * c.BYTES_AN_EDGE + c.BYTES_AN_EDGE;
    return rounded(rows * ((ground + c.BYTES_AN_ID) * (m - 1) + above), m - 1);
  },
});

const byteCodes = ({ dimensions }) => ({
  name: "codes of one byte",
  formula: "rows × dimensions",
  count: (rows) => rows * dimensions,
});

const productCodes = ({ m, nbits }) => ({
  name: "codes",
  formula: "rows × ⌈m × nbits ÷ 8⌉",
  count: (rows) => rows * Math.ceil((m * nbits) / 8),
});

const pairCodes = (c, { dimensions, nlist }) => ({
  name: "codes",
  formula:
    `⌈⌈dimensions ÷ ${c.SCANN_NUMBERS_A_CODE}⌉ × ${c.SCANN_BITS_A_CODE} ÷ 8⌉ × ` +
    `(rows + ⌊lists × ${c.SCANN_BLOCK} ÷ 2⌋)`,
  count: (rows) => {
    const filled = rows + Math.floor((lists(c, rows, nlist) * c.SCANN_BLOCK) / 2);
    return Math.ceil((Math.ceil(dimensions / c.SCANN_NUMBERS_A_CODE) * c.SCANN_BITS_A_CODE) / 8) * filled;
  },
});

const ids = (c) => ({ name: "ids", formula: `rows × ${c.BYTES_AN_ID}`, count: (rows) => rows * c.BYTES_AN_ID });

const lengths = (c) => ({ name: "lengths", formula: `rows × ${c.BYTES_A_LENGTH}`, count: (rows) => rows * c.BYTES_A_LENGTH });

const centres = (c, { dimensions, nlist }) => ({
  name: "centres",
  formula: `lists × dimensions × ${c.BYTES_A_NUMBER}`,
  count: (rows) => lists(c, rows, nlist) * dimensions * c.BYTES_A_NUMBER,
});

const ranges = (c, { dimensions }) => ({
  name: "range of each dimension",
  formula: `2 × dimensions × ${c.BYTES_A_NUMBER}`,
  count: () => 2 * dimensions * c.BYTES_A_NUMBER,
});

const book = (c, { dimensions }, bits, shown) => ({
  name: "code book",
  formula: `2^${shown} × dimensions × ${c.BYTES_A_NUMBER}`,
  count: () => 2 ** bits * dimensions * c.BYTES_A_NUMBER,
});

const onDisk = (c, { dimensions }) => ({
  name: "codes and cache",
  formula: `rows × dimensions × ${c.BYTES_A_NUMBER} × (${c.DISK_CODES} + ${c.DISK_CACHE})`,
  count: (rows) => rounded(rows * dimensions * c.BYTES_A_NUMBER * Math.round((c.DISK_CODES + c.DISK_CACHE) * 1000), 1000),
});

/** A quotient of whole numbers, rounded as Python does: a half goes to the even neighbour. */
function rounded(number, divisor) {
  const rest = number % divisor;
  const below = (number - rest) / divisor;
  return 2 * rest < divisor || (2 * rest === divisor && below % 2 === 0) ? below : below + 1;
}
