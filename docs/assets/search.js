// The worker of the search: the theme's own, whose file name stands behind the # of the address, and what it lacks.
//
// - An operator such as <=> is a word (the build does the same to the pages: search_index.py).
// - A whole word counts more than the beginning of a longer one.
// - Pages come by how many of the words they hold, then by score; a heading that is what was asked for comes first.

const OPERATOR = /[<>=~#@&|!%+:-]{2,}/g;
const IS_OPERATOR = /[<>=|&:@~]/;
const asWord = (operator) => `op${[...operator].map((sign) => sign.charCodeAt(0).toString(16)).join("")}`;
// words of a question that say nothing of what is sought; the build leaves them in the texts, so "not loaded" is found
const FILLING = new Set(
  "a about an and are at be can do does for from get have how i in into is it me my of on or should than that the there this to use was we what when where which who why will with you your".split(" "),
);
const WHOLE = 6; // how much more than its beginning a whole word counts
const SAME = 4; // how much more a page with the very heading counts

let asked = "";

/** What the theme's worker gets: words without signs, each as a whole word and as a beginning. */
function rewritten(query) {
  const all = query
    .replace(/["^*]/g, " ")
    .replace(OPERATOR, (signs) => (IS_OPERATOR.test(signs) ? ` ${asWord(signs)} ` : " "))
    .split(/[\s\-,:;!=[\](){}'`/<>+~?@%&|#]+|\.(?!\d)/)
    .filter(Boolean);
  const telling = all.filter((word) => !FILLING.has(word.toLowerCase()));
  const words = telling.length ? telling : all;
  return words.map((word) => `${word}^${WHOLE} ${word}`).join(" ");
}

/** A heading or a question as plain words, to compare them. */
function plain(text) {
  return text
    .replace(/<[^>]+>|&\w+;/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, " ")
    .trim();
}

/** The pages again, in our order. */
function ranked(pages) {
  const question = plain(asked);
  const scored = pages.map((page) => {
    const sections = page
      .map((section) => ({ ...section, score: section.score * (plain(section.title) === question ? SAME : 1) }))
      .sort((a, b) => b.score - a.score);
    const words = Object.keys(Object.assign({}, ...sections.map((section) => section.terms)));
    const held = words.filter((word) => sections.some((section) => section.terms[word]));
    const share = words.length ? held.length / words.length : 1;
    return { sections, score: sections[0].score * share ** 3 };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ sections }) => sections.map(shown));
}

/** Nobody sees the words for operators: found ones are not marked, missing ones are shown as their signs. */
function shown(section) {
  const terms = Object.entries(section.terms ?? {}).flatMap(([word, isHeld]) => {
    if (!/^op(?:[0-9a-f]{2}){2,}$/.test(word)) return [[word, isHeld]];
    if (isHeld) return [];
    return [[String.fromCharCode(...word.slice(2).match(/../g).map((code) => parseInt(code, 16))), false]];
  });
  return { ...section, terms: Object.fromEntries(terms) };
}

const QUERY = 2; // the theme's number of the message with a question; its answer is one more
const answer = self.postMessage.bind(self);
self.postMessage = (message) => {
  if (message.type === QUERY + 1) answer({ ...message, data: { ...message.data, items: ranked(message.data.items) } });
  else answer(message);
};
addEventListener("message", ({ data: message }) => {
  if (message.type !== QUERY) return;
  asked = message.data;
  message.data = rewritten(asked);
});
importScripts(`javascripts/workers/${location.hash.slice(1)}`);
