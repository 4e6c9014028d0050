// The self-check quiz: one question at a time, an explanation for every option, a result that the browser keeps.
//
// A page calls mount(element, questions, storageKey); a notebook calls render through anywidget. `questions` is the list
// that quiz.as_json makes. Texts may hold `code` and *emphasis*; all of it becomes text nodes, never HTML.

/** Put the quiz into `el`, in place of what is in it. `target` is the window for links to lessons. */
export function mount(el, questions, storageKey, target = "_self") {
  const quiz = { questions, target, name: uniqueName(), store: storeOf(storageKey), ...emptyState() };
  Object.assign(quiz, restored(quiz.store.read(), questions));
  quiz.body = make("div");
  quiz.status = make("p", { class: "vdb-quiz-status", role: "status", "aria-live": "polite" });
  el.replaceChildren(make("div", { class: "vdb-quiz", role: "group", "aria-label": "Quiz" }, quiz.body, quiz.status));
  show(quiz);
}

/** What anywidget calls. A lesson opens in another window, because leaving the page would leave JupyterLab. */
function render({ model, el }) {
  mount(el, JSON.parse(model.get("questions")), model.get("storage_key"), "_blank");
}

export default { render };

/** Each quiz needs names of its own for its options. In a notebook each loads this script anew, so counting would repeat them. */
function uniqueName() {
  return `vdb-quiz-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}

// ---- state: where the reader is, and the answers by the id of their question

const RESULT = "result";

function emptyState() {
  return { at: 0, answers: {} };
}

/** What was kept, as far as it fits these questions: ids and texts that are gone are forgotten. */
function restored(kept, questions) {
  const answers = {};
  for (const question of questions) {
    const answer = kept?.answers?.[question.id];
    const texts = question.options.map((option) => option.text);
    if (Array.isArray(answer?.chosen) && answer.chosen.every((text) => texts.includes(text))) {
      answers[question.id] = { chosen: answer.chosen, firstTry: answer.firstTry === true, checked: answer.checked === true };
    }
  }
  const place = questions.findIndex((question) => question.id === kept?.at);
  return { answers, at: kept?.at === RESULT ? RESULT : Math.max(place, 0) };
}

function keep(quiz) {
  quiz.store.write({ at: quiz.at === RESULT ? RESULT : quiz.questions[quiz.at].id, answers: quiz.answers });
}

/** The browser's storage for one key. It may be forbidden, full or damaged; then the quiz works without. */
function storeOf(key) {
  const store = { works: true, read, write };
  return store;

  function read() {
    try {
      return JSON.parse(window.localStorage.getItem(key));
    } catch (error) {
      store.works = error instanceof SyntaxError; // damaged: the next write replaces it
      return null;
    }
  }

  function write(value) {
    try {
      window.localStorage.setItem(key, JSON.stringify(value));
      store.works = true;
    } catch {
      store.works = false;
    }
  }
}

function isRight(question, chosen) {
  return question.options.every((option) => option.right === chosen.includes(option.text));
}

// ---- what is shown

/** Draw the quiz anew; with `focus` the keyboard goes to the new heading. */
function show(quiz, { focus = false } = {}) {
  say(quiz, "");
  const parts = quiz.at === RESULT ? resultParts(quiz) : questionParts(quiz);
  quiz.body.replaceChildren(...parts, ...storageNote(quiz));
  for (const element of quiz.body.querySelectorAll("input, button, a, [tabindex]")) {
    element.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes arrow keys, space bar and Enter for itself
  }
  if (focus) quiz.body.querySelector("h3").focus();
}

function go(quiz, at) {
  quiz.at = at;
  keep(quiz);
  show(quiz, { focus: true });
}

function questionParts(quiz) {
  const question = quiz.questions[quiz.at];
  const form = make("form", { novalidate: "" }, fieldset(quiz, question));
  if (checked(quiz, question)) form.append(lessonLine(quiz, question));
  form.append(buttons(quiz, question));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(quiz, question, form);
  });
  const place = `Question ${quiz.at + 1} of ${quiz.questions.length}`;
  return [make("h3", { tabindex: "-1" }, place), form];
}

function fieldset(quiz, question) {
  const legend = make("legend", {}, make("span", { class: "vdb-quiz-question" }, ...inline(question.question)), " ");
  legend.append(make("span", { class: "vdb-quiz-hint" }, chooseWords(question)));
  const parts = [legend];
  if (question.listing) {
    const place = { tabindex: "0", role: "group", "aria-label": "Output to read" }; // long lines are scrolled by the arrow keys
    parts.push(make("pre", place, make("code", {}, question.listing)));
  }
  return make("fieldset", {}, ...parts, ...question.options.map((option, number) => optionRow(quiz, question, option, number)));
}

function optionRow(quiz, question, option, number) {
  const id = `${quiz.name}-${number}`;
  const isChecked = checked(quiz, question);
  const chosen = (quiz.answers[question.id]?.chosen ?? []).includes(option.text);
  const input = make("input", { type: question.right === 1 ? "radio" : "checkbox", name: quiz.name, id, value: String(number) });
  Object.assign(input, { checked: chosen, disabled: isChecked });
  const row = make("div", { class: "vdb-quiz-option" }, input, make("label", { for: id }, ...inline(option.text)));
  if (isChecked) {
    row.classList.add(option.right ? "vdb-quiz-right" : "vdb-quiz-wrong");
    row.classList.toggle("vdb-quiz-chosen", chosen);
    input.setAttribute("aria-describedby", `${id}-why`);
    row.append(make("p", { class: "vdb-quiz-why", id: `${id}-why` }, ...verdict(option, chosen), ...inline(option.why)));
  }
  return row;
}

function verdict(option, chosen) {
  const mark = option.right ? "Right" : "Wrong";
  const words = chosen ? `${mark}, you chose it.` : option.right ? "This was a right one." : "Wrong.";
  return [symbol(option.right), make("strong", {}, words), " "];
}

function symbol(right) {
  return make("span", { class: "vdb-quiz-symbol", "aria-hidden": "true" }, right ? "✓ " : "✗ ");
}

function lessonLine(quiz, question) {
  return make("p", {}, "Shown in the lesson ", lessonLink(quiz, question), ".");
}

function lessonLink(quiz, question) {
  const link = make("a", { href: question.lesson_url, target: quiz.target, rel: "noopener" }, question.lesson_title);
  if (quiz.target === "_blank") link.append(make("span", { class: "vdb-quiz-hidden" }, " (opens another tab)"));
  return link;
}

function buttons(quiz, question) {
  const last = quiz.at === quiz.questions.length - 1;
  const row = make("p", { class: "vdb-quiz-buttons" });
  if (quiz.at > 0) row.append(button("Back", () => go(quiz, quiz.at - 1)));
  if (checked(quiz, question)) row.append(button("Try again", () => tryAgain(quiz, question)));
  else row.append(make("button", { type: "submit", class: "vdb-quiz-main" }, "Check"));
  const next = button(last ? "See the result" : "Next", () => go(quiz, last ? RESULT : quiz.at + 1));
  next.classList.add("vdb-quiz-next");
  if (checked(quiz, question)) next.classList.add("vdb-quiz-main");
  row.append(next);
  return row;
}

function resultParts(quiz) {
  const answered = quiz.questions.filter((question) => quiz.answers[question.id]);
  const again = answered.filter((question) => !quiz.answers[question.id].firstTry);
  const open = quiz.questions.filter((question) => !quiz.answers[question.id]);
  const score = `Right at the first try: ${answered.length - again.length} of ${quiz.questions.length}.`;
  return [
    make("h3", { tabindex: "-1" }, "Result"),
    make("p", { class: "vdb-quiz-score" }, score),
    ...questionList(quiz, "Look at these again", again),
    ...questionList(quiz, "Not answered yet", open),
    make(
      "p",
      { class: "vdb-quiz-buttons" },
      button("Back", () => go(quiz, quiz.questions.length - 1)),
      button("Start again", () => startAgain(quiz)),
    ),
  ];
}

function questionList(quiz, title, questions) {
  if (questions.length === 0) return [];
  const items = questions.map((question) => {
    const open = button("", () => go(quiz, quiz.questions.indexOf(question)));
    open.classList.add("vdb-quiz-open");
    open.append(...inline(question.question));
    return make("li", {}, open, make("br"), "Lesson: ", lessonLink(quiz, question));
  });
  return [make("h4", {}, title), make("ul", {}, ...items)];
}

function storageNote(quiz) {
  const words = "This browser does not let the page keep anything: your result is gone when you leave.";
  return quiz.store.works ? [] : [make("p", { class: "vdb-quiz-note" }, words)];
}

// ---- what the reader does

function check(quiz, question, form) {
  if (checked(quiz, question)) return;
  const numbers = [...form.querySelectorAll("input:checked")].map((input) => Number(input.value));
  if (numbers.length !== question.right) {
    say(quiz, `${chooseWords(question)} You have chosen ${numbers.length || "none"}.`);
    return;
  }
  const chosen = numbers.map((number) => question.options[number].text);
  const right = isRight(question, chosen);
  const firstTry = quiz.answers[question.id]?.firstTry ?? right;
  quiz.answers[question.id] = { chosen, firstTry, checked: true };
  keep(quiz);
  show(quiz);
  sayVerdict(quiz, question, right);
  quiz.body.querySelector(".vdb-quiz-next").focus({ preventScroll: true }); // the explanations above it stay in view
}

/** The first try is kept, only the marks go. */
function tryAgain(quiz, question) {
  quiz.answers[question.id] = { ...quiz.answers[question.id], chosen: [], checked: false };
  go(quiz, quiz.at);
}

function startAgain(quiz) {
  quiz.answers = {};
  go(quiz, 0);
}

function checked(quiz, question) {
  return quiz.answers[question.id]?.checked === true;
}

function chooseWords(question) {
  return question.right === 1 ? "Choose one answer." : `Choose ${question.right} answers.`;
}

// ---- words for everybody, and more of them for those who listen

function say(quiz, words, forListeners = "") {
  quiz.status.replaceChildren();
  if (words) quiz.status.append(words, make("span", { class: "vdb-quiz-hidden" }, forListeners));
}

function sayVerdict(quiz, question, right) {
  const answers = question.options.filter((option) => option.right).map((option) => `${option.text}. ${option.why}`);
  const explained = ` Right is: ${answers.join(" ")}`.replace(/[`*]/g, "");
  say(quiz, right ? "Right." : "Not right. Each answer is explained above.", explained);
  quiz.status.prepend(symbol(right));
}

// ---- elements

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function button(words, action) {
  const element = make("button", { type: "button" }, words);
  element.addEventListener("click", action);
  return element;
}

/** `code` and *emphasis* as elements, the rest as text. */
function inline(text) {
  return text.split(/(`[^`]+`|\*\S(?:[^*`]*\S)?\*)/).map((part, place) => {
    if (place % 2 === 0) return part;
    return make(part.startsWith("`") ? "code" : "em", {}, part.slice(1, -1));
  });
}
