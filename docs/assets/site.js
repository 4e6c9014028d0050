// What a page needs beyond text: definitions of terms, a filter, charts, diagrams, questions. Each part loads its script only where it is seen.

const vendored = new URL("vendored/", import.meta.url);
const isDark = () => document.body.getAttribute("data-md-color-scheme") === "slate";

definitions(document.querySelectorAll("a.term"));
whenSeen(document.querySelectorAll("figure.chart"), drawChart);
whenSeen(document.querySelectorAll("figure.diagram"), drawDiagram);
mountQuizzes(document.querySelectorAll("div.quiz"));
keepTicks(document.querySelectorAll(".task-list-item input"));
filterGlossary(document.querySelector("article h2[id^='letter-']"));
nameButtons(document.querySelector("article"));
new MutationObserver(redrawAll).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

/** Ticks of a checklist stay in this browser, if it keeps anything at all. */
function keepTicks(boxes) {
  for (const box of boxes) {
    const key = `tick:${location.pathname}:${box.getAttribute("aria-label")}`;
    try {
      box.checked = localStorage.getItem(key) === "yes";
    } catch (error) {
      if (error.name === "SecurityError") return; // storage is forbidden: ticks last as long as the page
      throw error;
    }
    box.addEventListener("change", () => localStorage.setItem(key, box.checked ? "yes" : "no"));
  }
}

/** A box above the glossary that leaves the terms that hold what is typed: in the name first, then in the definition. */
function filterGlossary(firstLetter) {
  if (!firstLetter) return;
  const entries = []; // { heading, letter, parts: what stands below the heading, words }
  let letter;
  for (let one = firstLetter; one; one = one.nextElementSibling) {
    if (one.matches("h2[id^='letter-']")) letter = one;
    else if (one.matches("h3[id]")) entries.push({ heading: one, letter, parts: [one], words: "" });
    else entries.at(-1)?.parts.push(one);
  }
  for (const entry of entries) entry.words = entry.parts.map((part) => part.textContent).join(" ").toLowerCase();
  const input = Object.assign(document.createElement("input"), { type: "search", id: "glossary-filter", autocomplete: "off" });
  const label = Object.assign(document.createElement("label"), { htmlFor: input.id, textContent: "Show only terms with" });
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  const box = Object.assign(document.createElement("p"), { className: "glossary-filter" });
  box.append(label, input, status);
  firstLetter.before(box);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const named = entries.filter(({ heading }) => words.every((word) => heading.textContent.toLowerCase().includes(word)));
    const kept = new Set(named.length ? named : entries.filter((entry) => words.every((word) => entry.words.includes(word))));
    const letters = new Set([...kept].map((entry) => entry.letter));
    for (const entry of entries) {
      for (const part of entry.parts) part.hidden = !kept.has(entry);
      entry.letter.hidden = !letters.has(entry.letter);
    }
    status.textContent = words.length ? `${kept.size} of ${entries.length}` : "";
  });
}

/** Material puts each copy button into a nameless <nav>, which is no place to navigate to. */
function nameButtons(article) {
  const name = () => {
    for (const nav of article.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  };
  if (!article) return;
  new MutationObserver(name).observe(article, { childList: true, subtree: true });
  name();
}

/** Show the definition of a term on hover and focus; Escape hides it, and the pointer may go over it. */
function definitions(links) {
  if (!links.length) return;
  const tip = Object.assign(document.createElement("div"), { id: "definition", className: "definition", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.body.append(tip);
  let leaving, shown;
  const hide = () => {
    tip.hidden = true;
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
  };
  const show = (link) => {
    clearTimeout(leaving);
    hide();
    shown = link;
    tip.textContent = link.dataset.definition;
    tip.hidden = false;
    link.setAttribute("aria-describedby", tip.id);
    place(tip, link.getClientRects()[0] ?? link.getBoundingClientRect());
  };
  const leave = () => { leaving = setTimeout(hide, 150); };
  for (const link of links) {
    link.addEventListener("mouseenter", () => show(link));
    link.addEventListener("mouseleave", leave);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("click", (event) => {
      const touched = event.pointerType === "touch";
      if (touched && shown !== link) show(link);
      if (touched && tip.dataset.asked !== link.href) {
        event.preventDefault(); // the first touch shows, the second follows
        tip.dataset.asked = link.href;
      }
    });
  }
  tip.addEventListener("mouseenter", () => clearTimeout(leaving));
  tip.addEventListener("mouseleave", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}

/** Put `tip` below the box, or above it where there is no room below. */
function place(tip, box) {
  const width = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(box.left, width - tip.offsetWidth - 8));
  const below = box.bottom + 6 + tip.offsetHeight < window.innerHeight;
  const top = below ? box.bottom + 6 : box.top - tip.offsetHeight - 6;
  tip.style.left = `${left + window.scrollX}px`;
  tip.style.top = `${top + window.scrollY}px`;
}

/** Call `draw` for each element once it comes near the window. */
function whenSeen(elements, draw) {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "300px" });
  for (const element of elements) observer.observe(element);
}

/** Draw what was drawn before in the other colours. */
function redrawAll() {
  for (const chart of document.querySelectorAll("figure.chart[data-drawn]")) drawChart(chart);
  for (const diagram of document.querySelectorAll("figure.diagram[data-drawn]")) drawDiagram(diagram);
}

const TALLEST = 520; // pixels of a chart
const LOWEST = 220; // unless it was drawn lower
const NARROW = 560; // pixels
const HAS_FIXED_PLACES = /"x2?":\{"value":\d/; // words at so many pixels from the left

async function drawChart(figure) {
  figure.dataset.drawn = "yes";
  await import(new URL("vega.js", vendored)); // leaves `vegaEmbed` in the window
  const style = getComputedStyle(document.body);
  const token = (name) => style.getPropertyValue(name).trim();
  const written = figure.querySelector("script").textContent;
  const onPaper = written.includes('"type":"rect"'); // a heat map has dark words on light fields: it takes its white paper along
  // identity.css has another colour for some in the dark: what is seen on white is lost there
  const colour = (one) => token(`--chart-${one.slice(1).toLowerCase()}`) || one;
  const light = (text) => text.replace(/#[0-9a-f]{6}\b/gi, colour).replaceAll('"scheme":"dark2"', '"scheme":"set2"');
  const specification = JSON.parse(onPaper || !isDark() ? written : light(written));
  const [ink, grid] = onPaper ? ["#333a4c", "#e2dfd5"] : [token("--chart-ink"), token("--chart-grid")];
  const place = figure.querySelector(".drawing") ?? figure.insertBefore(newDrawing(), figure.firstChild);
  const axis = { labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: grid, labelFontSize: 12, titleFontSize: 12 };
  const text = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, symbolBaseFillColor: ink, symbolBaseStrokeColor: ink };
  const title = { color: ink, subtitleColor: ink, fontSize: 14, anchor: "start", limit: place.clientWidth };
  if (specification.hconcat && place.clientWidth < NARROW) {
    specification.vconcat = specification.hconcat; // on a phone two pictures stand below each other
    delete specification.hconcat;
  }
  if (specification.title) specification.title = wrapped(specification.title, place.clientWidth);
  const config = { background: onPaper ? "#ffffff" : "transparent", font: style.fontFamily, axis, legend: text, header: text, title, text: { color: ink } };
  const { view } = await window.vegaEmbed(place, specification, { mode: "vega-lite", renderer: "svg", actions: false, tooltip: true, config });
  await stretch(view, specification, place, written);
  for (const input of place.querySelectorAll("input, select")) {
    input.setAttribute("aria-label", input.closest("label, .vega-bind")?.textContent.trim() || input.name);
  }
}

/** A title, and what stands below it, in lines that fit into `width` pixels. */
function wrapped(title, width) {
  const { text, subtitle, ...rest } = typeof title === "object" && !Array.isArray(title) ? title : { text: title };
  const all = (one, letter) => [one].flat().flatMap((line) => lines(line, width / letter));
  return { ...rest, text: all(text, 8.8), ...(subtitle ? { subtitle: all(subtitle, 6.6) } : {}) };
}

/** A text in lines of at most about `most` letters. */
function lines(text, most) {
  const made = [""];
  for (const word of text.split(" ")) {
    if (made.at(-1) && made.at(-1).length + word.length >= most) made.push(word);
    else made.push(`${made.pop()} ${word}`.trim());
  }
  return made;
}

/** A single picture gets the width that there is beside its axes and labels, in its own proportions. */
async function stretch(view, { width, height }, place, written) {
  if (typeof width !== "number" || typeof height !== "number" || HAS_FIXED_PLACES.test(written)) return;
  const beside = Number(place.querySelector("svg").getAttribute("width")) - width;
  const factor = Math.min((place.clientWidth - beside) / width, TALLEST / height);
  if (factor <= 0) return;
  await view
    .width(Math.floor(width * factor))
    .height(Math.round(Math.max(height * factor, Math.min(height, LOWEST))))
    .runAsync();
}

function newDrawing() {
  const drawing = Object.assign(document.createElement("div"), { className: "drawing", tabIndex: 0 });
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", "Chart");
  return drawing;
}

let diagrams = 0;
async function drawDiagram(figure) {
  figure.dataset.drawn = "yes";
  const mermaid = await loadMermaid();
  const paper = getComputedStyle(document.body).getPropertyValue("--md-default-bg-color").trim();
  const themeVariables = { edgeLabelBackground: paper, labelBoxBkgColor: paper };
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: isDark() ? "dark" : "default", fontFamily: "inherit", themeVariables });
  const source = figure.querySelector(".source");
  const { svg } = await mermaid.render(`diagram-${++diagrams}`, source.textContent);
  const drawing = figure.querySelector(".drawing") ?? figure.insertBefore(newDrawing(), figure.firstChild);
  drawing.setAttribute("aria-label", "Diagram");
  const drawn = new DOMParser().parseFromString(svg, "text/html").body.firstElementChild;
  drawn.setAttribute("role", "img");
  drawn.removeAttribute("aria-roledescription");
  drawn.setAttribute("aria-label", "Diagram; the same in words stands below it");
  drawing.replaceChildren(drawn);
  source.hidden = true;
}

let loading;
/** Mermaid is a classic script that leaves `mermaid` in the window. */
function loadMermaid() {
  loading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: new URL("mermaid.js", vendored).href });
    script.addEventListener("load", () => resolve(window.mermaid));
    script.addEventListener("error", () => reject(new Error("the script that draws diagrams was not found")));
    document.head.append(script);
  });
  return loading;
}

async function mountQuizzes(places) {
  if (!places.length) return;
  const { mount } = await import(new URL("quiz/quiz.js", import.meta.url));
  for (const place of places) {
    const questions = JSON.parse(place.querySelector("script").textContent);
    place.replaceChildren();
    mount(place, questions, `quiz/${place.dataset.chapter}`);
  }
}
