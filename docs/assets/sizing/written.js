// Numbers and sources in words.

import { element } from "../explorer/elements.js";

const UNITS = [
  [10n ** 15n, "PB"],
  [10n ** 12n, "TB"],
  [10n ** 9n, "GB"],
  [10n ** 6n, "MB"],
  [10n ** 3n, "kB"],
];

/** 1,000,000 */
export function grouped(value) {
  return value.toLocaleString("en-US");
}

/** 1.68 GB, with the exact number of bytes for programs. */
export function size(bytes) {
  return element("data", { value: String(bytes) }, short(bytes));
}

/** 1.7 GB: rounded up to two digits, as one plans. */
export function planned(bytes) {
  const step = 10n ** BigInt(Math.max(0, String(bytes).length - 2));
  const up = ((bytes + step - 1n) / step) * step;
  const unit = UNITS.find(([whole]) => up >= whole);
  return unit ? `${Number(up) / Number(unit[0])} ${unit[1]}` : `${up} bytes`;
}

/** 1.68 GB. */
export function short(bytes) {
  const unit = UNITS.find(([size]) => bytes >= size);
  return unit ? `${share(bytes, unit[0])} ${unit[1]}` : `${bytes} bytes`;
}

/** `bytes` in units of `whole`, two decimals. */
export function share(bytes, whole) {
  return (Number((bytes * 200n + whole) / (2n * whole)) / 100).toFixed(2);
}

/** A link and the day it was read. */
export function source({ book }, name) {
  const { title, url, read: day } = book.sources[name];
  return element("span", {}, element("a", { href: url }, title), `, read ${day}`);
}
