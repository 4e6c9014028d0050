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

/** 1.68 GB (1,677,333,333 bytes). */
export function amount(bytes) {
  const exact = `${grouped(bytes)} bytes`;
  return bytes < UNITS.at(-1)[0] ? exact : `${short(bytes)} (${exact})`;
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
