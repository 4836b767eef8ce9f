// The whole derivation below the picture, and links into it that leave the address alone.

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
    const parts = main ? [...main.children].map(copyAllowed) : [];
    const buttons = LEVELS.map((level) => {
      const button = html("button", { type: "button", "aria-pressed": level === this.level }, level);
      button.addEventListener("click", () => this.turn(level));
      return button;
    });
    const levels = html("div", { class: "levels", role: "group", "aria-label": "how many steps" }, ...buttons);
    this.host.replaceChildren(html("h2", { class: "head" }, "The derivation, step by step"), levels, ...parts);
    for (const link of this.host.querySelectorAll('a[href^="#"]')) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(link.getAttribute("href").slice(1));
      });
    }
    reachScrolled(this.host);
  }

  async turn(level) {
    const found = await this.ask(level);
    if (!found?.ok) return;
    this.level = level;
    this.show(found.html);
  }

  go(id) {
    // Only what is ours has an id here: the names of networks are no ids.
    const place = this.host.querySelector(`#${CSS.escape(id)}`);
    if (place) this.goTo(place);
  }

  goTo(place) {
    for (const old of this.host.querySelectorAll(".sought")) old.classList.remove("sought");
    place.classList.add("sought");
    place.setAttribute("tabindex", -1);
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  }

  // "step 5 of the derivation of dC/dw^1: exchange of sums" leads to that step.
  // `numbers` has the equation of a gradient by the name of what it is the derivative by.
  follow(step, numbers) {
    const found = /^step (\d+) of the derivation of d\S+?\/d(.+?): (.+)$/.exec(step);
    const section = found && this.host.querySelector(`#result-${CSS.escape(numbers[found[2]] ?? "")}`);
    if (!section) return;
    const steps = [...section.querySelectorAll(".why")], named = steps.filter((why) => why.textContent.startsWith(found[3]));
    const near = (why) => Math.abs(steps.indexOf(why) + 1 - Number(found[1]));
    this.goTo(named.sort((a, b) => near(a) - near(b))[0] ?? section);
  }
}
