// The page: a question, and its answer in three parts, each shown as soon as it is there.

const setup = JSON.parse(document.getElementById("setup").textContent);
// The part of a window below which nobody has seen that something is new.
const LOW = 0.7;
const place = (name) => document.getElementById(name);

class LivePage {
  constructor() {
    this.turn = 0;
    this.answered = Promise.resolve();
    this.shown = { picture: "", derivation: "" };
    this.derivation = new WholeDerivation(place("derivation"), (level) => this.derive(level));
    fillExamples(setup.offered, (question) => { writeFields(question); this.answer(); });
    place("ask").addEventListener("submit", (event) => { event.preventDefault(); this.answer().then(() => this.lookAtAnswer()); });
    place("stop").addEventListener("click", () => this.python.end("Stopped."));
    place("share").addEventListener("click", () => this.share());
    for (const name of FIELDS) {
      fieldOf(name).addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.answer(); }
      });
    }
    addEventListener("hashchange", () => this.open());
    this.open();
  }

  // What the address asks, else the first example.
  open() {
    const asked = readAddress();
    this.at = asked?.at ?? "";
    writeFields(asked ?? setup.offered[0]);
    this.answer(Boolean(asked));
  }

  // The answer to what stands in the fields; a later question takes its place.
  async answer(remember = true) {
    const turn = ++this.turn, question = readFields(), stale = () => turn !== this.turn;
    if (remember) writeAddress(question, this.at);
    this.question = question;
    this.say("");
    const ready = await this.findReady(question);
    if (stale()) return;
    if (ready) return this.showAll(question, ready);
    this.startPython();
    this.working = true;
    this.say(this.python.ready ? "working …" : this.state);
    place("stop").hidden = false;
    this.answered = this.askAll(question, stale);
    await this.answered;
    if (stale()) return;
    this.working = false;
    place("stop").hidden = true;
    this.say("");
  }

  async askAll(question, stale) {
    const { network, notation, claim, values } = question;
    let verdict = null;
    if (claim) {
      const checked = await this.python.ask("check", network, notation, claim, values);
      if (stale()) return;
      if (!checked.ok) return this.tell(checked);
      verdict = this.showVerdicts(question, checked.verdicts);
    } else {
      this.verdict = null;
      place("verdict").replaceChildren();
    }
    if (!(await this.showPicture(question, verdict, stale))) return;
    const key = JSON.stringify([network, this.drawnIn(verdict)]);
    if (this.shown.derivation === key) return;
    const derived = await this.derive(this.derivation.level);
    if (stale()) return;
    if (!derived.ok) { this.shown.derivation = ""; return place("derivation").replaceChildren(tellError(derived.error)); }
    this.shown.derivation = key;
    this.derivation.show(derived.html);
    this.seek();
  }

  // The notation of a picture: that of the claim where nobody asked for another one.
  drawnIn(verdict) {
    return verdict?.notation || this.question.notation;
  }

  derive(level) {
    return this.startPython().ask("derive", this.question.network, this.drawnIn(this.verdict), level);
  }

  // False where there is nothing to derive either.
  async showPicture(question, verdict, stale) {
    const { network, values } = question;
    const drawn = await this.python.ask("draw", network, this.drawnIn(verdict), values);
    if (stale()) return false;
    if (drawn.ended || (!drawn.ok && !verdict && !drawn.error.includes("a page needs"))) { this.tell(drawn); return false; }
    if (!drawn.ok) this.leaveOut(drawn.error);
    else this.draw(drawn, verdict);
    return true;
  }

  // No picture of open sizes: their derivation is below.
  leaveOut(why) {
    this.data = null;
    place("picture").replaceChildren(html("p", { class: "quiet" }, `No picture: ${why.split("\n")[0]}.`));
  }

  draw(drawn, verdict) {
    this.drawn = drawn;
    this.data = { ...structuredClone(drawn.data), ...(verdict && "entry" in verdict ? { claim: verdict } : {}) };
    this.ended?.abort();
    this.ended = new AbortController();
    this.numbers = Object.fromEntries(this.data.tensors.filter((t) => t.of).map((t) => [t.of, t.number]));
    startPage(this.data, place("picture"), {
      derivations: this.derivation.pointer, explored: () => this.explore(drawn), signal: this.ended.signal,
    });
    if (drawn.note) place("picture").append(html("p", { class: "quiet small" }, drawn.note));
  }

  // What can be explored is asked for last: it is looked at later than the rest.
  async explore(drawn) {
    if (drawn.explored) return drawn.explored;
    const { network } = this.question, notation = this.drawnIn(this.verdict);
    await this.answered;
    const found = await this.startPython().ask("explore", network, notation);
    return (drawn.explored = found.explored ?? []);
  }

  showVerdicts(question, verdicts, chosen = firstToShow(verdicts)) {
    this.verdict = verdicts[chosen];
    const card = showVerdict(this.verdict, (step) => this.derivation.follow(step, this.numbers ?? {}));
    const choose = async (n) => {
      const turn = this.turn, verdict = this.showVerdicts(question, verdicts, n);
      place("verdict").querySelectorAll(".statement")[n]?.focus();
      if (this.python || this.drawn) await this.redraw(question, verdict, () => turn !== this.turn);
    };
    const several = verdicts.length > 1 ? [listVerdicts(verdicts, chosen, choose)] : [];
    place("verdict").replaceChildren(...several, card);
    reachScrolled(place("verdict"));
    return this.verdict;
  }

  async redraw(question, verdict, stale) {
    if (this.drawn?.data.notation === verdict.notation) this.draw(this.drawn, verdict);
    else if (this.python) await this.showPicture(question, verdict, stale);
  }

  // An answer that was made with the page.
  async findReady(question) {
    const known = setup.offered.find((offered) => sameQuestion(offered, question));
    if (!known) return null;
    if (known === setup.offered[0]) return setup.first;
    if (!known.answer) return null;
    try {
      const found = await fetch(known.answer);
      return found.ok ? await found.json() : null;
    } catch { return null; }
  }

  showAll(question, { check, draw, derive, explore }) {
    const verdict = check ? this.showVerdicts(question, check.verdicts) : null;
    this.verdict = verdict;
    if (!check) place("verdict").replaceChildren();
    if (draw.ok) this.draw({ ...draw, explored: explore.explored ?? [] }, verdict);
    else this.leaveOut(draw.error);
    this.working = false;
    place("stop").hidden = true;
    const turn = this.turn;
    // What is below is written when the answer is on the screen; then Python is fetched, for the
    // next question.
    requestAnimationFrame(() => setTimeout(() => {
      if (turn === this.turn && derive.ok) {
        this.derivation.level = "normal";
        this.derivation.show(derive.html);
        this.shown.derivation = JSON.stringify([question.network, this.drawnIn(verdict)]);
        this.seek();
      }
      this.startPython();
    }));
  }

  startPython() {
    return (this.python ??= new Python(setup, (stage, said) => this.hear(stage, said)));
  }

  hear(stage, said) {
    const once = setup.megabytes ? ` loading, once: ${setup.megabytes} MB` : " starting";
    if (stage === "loading") this.state = `Python is${once} …`;
    if (stage === "failed") this.state = `Python cannot be started here: ${said}`;
    if (stage === "ready") { this.state = ""; this.keepForLater(); }
    this.say(stage === "ready" && this.working ? "working …" : this.state);
  }

  // Kept by the browser, so that the page works without a network from now on.
  keepForLater() {
    if (setup.keeper && "serviceWorker" in navigator && !this.kept) {
      this.kept = true;
      navigator.serviceWorker.register(setup.keeper).catch(() => {});
    }
  }

  // An error in place of an answer: of a network that is not read there is no picture.
  tell({ error, ended }) {
    place("verdict").replaceChildren(tellError(error));
    if (!ended) {
      place("picture").replaceChildren();
      place("derivation").replaceChildren();
      this.shown.derivation = "";
    }
  }

  // The place in the derivation that the address names.
  seek() {
    if (this.at) this.derivation.go(this.at);
  }

  // Where the answer stands below the question, it is brought to the eyes.
  lookAtAnswer() {
    const answer = place("verdict").children.length ? place("verdict") : place("picture");
    if (answer.getBoundingClientRect().top > innerHeight * LOW) answer.scrollIntoView();
  }

  say(text) {
    if (place("state").textContent !== text) place("state").textContent = text ?? "";
  }

  async share() {
    writeAddress(readFields(), "");
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link is copied: whoever opens it sees this question.");
    } catch {
      this.say("The link is the address of this page now.");
    }
  }
}

new LivePage();
