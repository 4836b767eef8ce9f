// A picker: which planes of a tensor are shown, turned by two buttons as large as a finger.

// `label` writes a plane's number, `turn` is told the first plane that is shown, and `show` turns the
// picker from outside.
class Picker {
  constructor(name, { said, count, shown, label }, turn) {
    Object.assign(this, { said, count, shown, label, turn, first: 0 });
    this.output = html("output", {});
    this.buttons = [this.drawButton("‹", -shown, "earlier"), this.drawButton("›", shown, "later")];
    const [earlier, later] = this.buttons, words = html("span", { class: "said" }, math("math", {}, name), " ", this.output);
    this.node = html("span", { class: "stepper", role: "group", "aria-label": `which ${said} is shown` }, earlier, words, later);
    this.show(0);
  }

  drawButton(text, by, which) {
    const button = html("button", { type: "button", "aria-label": `${which} ${this.said}` }, text);
    button.addEventListener("click", () => { this.show(this.first + by); this.turn(this.first); });
    return button;
  }

  show(first) {
    const end = this.count - this.shown;
    this.first = Math.min(Math.max(first, 0), end);
    const range = [...new Set([this.first, this.first + this.shown - 1])].map(this.label).join(" to ");
    this.output.textContent = `${this.said} ${range} of ${this.count}`;
    // Disabled in words alone, so that the focus stays where it is.
    this.buttons[0].setAttribute("aria-disabled", this.first === 0);
    this.buttons[1].setAttribute("aria-disabled", this.first === end);
  }
}

const baseOfNotation = (data) => (data.notation === "ij0" ? 0 : 1);

// What the planes of a tensor are called, and what they are numbered by: the axes before the last
// two that have more than one place.
function namePlanes({ shape, axes }, base) {
  const lead = shape.slice(0, -2), several = lead.flatMap((n, axis) => (n > 1 ? [axis] : []));
  const label = (plane) => {
    const place = [...lead].reverse().map((n) => { const at = plane % n; plane = (plane - at) / n; return at + base; }).reverse();
    return several.map((axis) => place[axis]).join(",");
  };
  return { said: axes ? several.map((axis) => axes[axis]).join(", ") : "plane", label };
}

// "3 more in channels 2 to 5"; `ends` are the labels of the first and the last plane.
function sayHidden(count, said, [low, high]) {
  return `${count} more in ${low === high ? `${said} ${low}` : `${said}s ${low} to ${high}`}`;
}
