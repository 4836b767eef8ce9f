// The whole derivation below the picture, and links into it that leave the address alone.

// Frames in which what is above a place may still move it.
const FRAMES = 6;

// At once: a page that glides is still on its way when the place has moved.
function bringToMiddle(place, frames) {
  place.scrollIntoView({ block: "center", behavior: "instant" });
  if (frames) requestAnimationFrame(() => bringToMiddle(place, frames - 1));
}

// A browser without idle times does it a little later.
const LATER = 200;
const whenIdle = (act) => (self.requestIdleCallback ? requestIdleCallback(act) : setTimeout(act, LATER));

class WholeDerivation {
  // `ask` gives the markup of a level.
  constructor(host, ask) {
    Object.assign(this, { host, ask, level: "normal", about: null });
  }

  // The place that a picture has for the derivation of what is chosen: a link into the whole one.
  get pointer() {
    const link = html("button", { type: "button", class: "link" });
    const host = html("p", { class: "pointer", hidden: "" }, link);
    link.addEventListener("click", () => this.go(`result-${link.dataset.number}`));
    // Equations stand in the derivation, too.
    return { host, writeEquation: async () => [], about: (number) => {
      host.hidden = !number;
      link.dataset.number = number;
      link.textContent = `the derivation of this gradient, equation (${number}), step by step`;
    } };
  }

  show(markup) {
    const main = parseMarkup(markup).querySelector("main");
    const parts = main ? [...main.children].map(copyAllowed) : [], results = main?.querySelector("nav ul");
    // What it holds stands at its head, as on a page of its own.
    const contents = results ? [html("nav", { "aria-label": "Results" }, copyAllowed(results))] : [];
    // A formula alone is no name of a link to every reader.
    for (const link of contents[0]?.querySelectorAll("a") ?? []) {
      if (link.querySelector("math")) link.setAttribute("aria-label", `the gradient with respect to ${link.textContent}`);
    }
    const buttons = LEVELS.map((level) => {
      const button = html("button", { type: "button", "aria-pressed": level === this.level }, level);
      button.addEventListener("click", () => this.turn(level));
      return button;
    });
    const levels = html("div", { class: "levels", role: "group", "aria-label": "how many steps" }, ...buttons);
    this.host.replaceChildren(html("h2", { class: "head" }, "The derivation, step by step"), levels, ...contents, ...parts);
    for (const link of this.host.querySelectorAll('a[href^="#"]')) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(link.getAttribute("href").slice(1));
      });
    }
    // Measured later: it lays out all of what nobody looks at yet.
    whenIdle(() => reachScrolled(this.host));
  }

  // False where it cannot be had, or another derivation has come meanwhile.
  async turn(level) {
    const shown = this.host.firstChild, found = await this.ask(level);
    if (!found?.ok || this.host.firstChild !== shown) return false;
    this.level = level;
    this.show(found.html);
    return true;
  }

  go(id) {
    // Only what is ours has an id here: the names of networks are no ids.
    const place = this.host.querySelector(`#${CSS.escape(id)}`);
    if (place) this.goTo(place);
  }

  goTo(place) {
    for (const old of this.host.querySelectorAll(".sought")) old.classList.remove("sought");
    place.classList.add("sought");
    // All that is above is laid out, so that the place is where it stays.
    this.host.classList.add("whole");
    place.setAttribute("tabindex", -1);
    place.focus({ preventScroll: true });
    bringToMiddle(place, FRAMES);
  }

  // "step 5 of the derivation of dC/dw^1: exchange of sums" leads to that step, which may be told
  // at the last level alone. `numbers` has the equation of a gradient by what it is a derivative by.
  async follow(step, numbers) {
    const found = /^step (\d+) of the derivation of d\S+?\/d(.+?): (.+)$/.exec(step);
    const section = () => found && this.host.querySelector(`#result-${CSS.escape(numbers[found[2]] ?? "")}`);
    if (!section()) return;
    const named = () => findNamedStep(section(), Number(found[1]), found[3]);
    this.goTo(named() ?? section());
    if (!named() && (await this.turn("full")) && named()) this.goTo(named());
  }
}

// Of the steps of that name the one nearest to that number; undefined where there is none.
function findNamedStep(section, number, name) {
  const steps = [...section.querySelectorAll(".why")], away = (why) => Math.abs(steps.indexOf(why) + 1 - number);
  return steps.filter((why) => why.textContent.startsWith(name)).sort((a, b) => away(a) - away(b))[0];
}
