// A verdict as a card: what was read, why it is wrong, what is right. All of it is text.

const SAID = {
  right: ["✓", "Right", "right"],
  "right to the printed digits": ["✓", "Right to the printed digits", "right"],
  wrong: ["✗", "Wrong", "wrong"],
  "right under a condition": ["~", "Right under a condition", "open"],
  undetermined: ["?", "Not decided", "open"],
  "not checked": ["–", "Not checked", "open"],
  unreadable: ["!", "Not read", "open"],
};

// The most differing products that a card lists.
const MOST_LISTED = 12;

function tellError(said) {
  return html("div", { class: "card open" }, html("h2", {}, "! No answer"), html("pre", { class: "caret", tabindex: 0 }, said));
}

// `follow` leads to the step of the derivation at which a mistake enters.
function showVerdict(verdict, follow) {
  const [mark, words, kind] = SAID[verdict.verdict] ?? ["?", verdict.verdict, "open"];
  const rows = html("dl", {});
  const row = (name, ...said) => rows.append(html("dt", {}, name), html("dd", {}, ...said));
  const code = (text) => html("code", {}, text);
  verdict.causes.forEach((cause, n) => row(n ? "also" : "why", cause.text));
  if (verdict.truth) row("correct", code(verdict.truth));
  if (verdict.step) row("enters at", linkToStep(verdict.step, follow));
  if (verdict.terms && verdict.missing.length + verdict.spurious.length) row("products", countProducts(verdict));
  for (const [kept, said] of [["spurious", "too many"], ["missing", "missing"]]) {
    const listed = verdict[kept].slice(0, MOST_LISTED).map((product) => product.replaceAll("*", " "));
    if (listed.length) row(said, code(listed.join(", ") + (verdict[kept].length > MOST_LISTED ? ", …" : "")));
  }
  if (verdict.counterexample) row("for example", verdict.counterexample);
  if (verdict.reading) row("read as", code(verdict.reading));
  if (verdict.tried) row("tried", verdict.tried);
  const card = html("div", { class: `card ${kind}` }, html("h2", {}, `${mark} ${words}`), rows);
  for (const note of verdict.notes.filter(Boolean)) card.append(showNote(note));
  if (!rows.children.length) rows.remove();
  return card;
}

// A note of several lines points at a place below itself.
function showNote(note) {
  return note.includes("\n") ? html("pre", { class: "caret", tabindex: 0 }, note) : html("p", { class: "quiet small" }, note);
}

function countProducts({ terms: [mine, truly], spurious, missing }) {
  return `${mine} are claimed and ${truly} are true: ${spurious.length} too many, ${missing.length} missing`;
}

function linkToStep(step, follow) {
  const link = html("button", { type: "button", class: "link" }, step);
  link.addEventListener("click", () => follow(step));
  return link;
}

// Of several verdicts one is shown in full; the others are a line each.
function listVerdicts(verdicts, chosen, choose) {
  const lines = verdicts.map((verdict, n) => {
    const [mark, words, kind] = SAID[verdict.verdict] ?? ["?", verdict.verdict, "open"];
    const place = verdict.line ? `line ${verdict.line}: ` : "";
    const button = html("button", { type: "button", class: `statement ${kind}`, "aria-pressed": n === chosen }, html("b", {}, `${mark} ${place}${words.toLowerCase()}`), " ", html("code", {}, verdict.text));
    button.addEventListener("click", () => choose(n));
    return html("li", {}, button);
  });
  return html("ol", { class: "statements" }, ...lines);
}

// What is wrong is looked at first.
function firstToShow(verdicts) {
  const found = verdicts.findIndex((verdict) => verdict.verdict === "wrong");
  return found >= 0 ? found : Math.max(0, verdicts.findIndex((verdict) => verdict.verdict.startsWith("right")));
}
