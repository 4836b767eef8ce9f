// Numbers of equations: the formula, the lines of NumPy and the derivation of one light up together.

// A number that can be chosen, and what stands for its equation.
const writeNumber = (number) => html("button", { type: "button", class: "equation", "data-equation": number, "aria-label": `equation ${number}` }, `(${number})`);

class LinkedNumbers {
  constructor(host, signal) {
    Object.assign(this, { host, number: "" });
    host.addEventListener("click", (event) => this.choose(event), { signal });
    host.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && event.target.matches("span[data-equation]")) {
        event.preventDefault();
        this.choose(event);
      }
    }, { signal });
  }

  choose(event) {
    const node = event.target.closest("[data-equation]"), { equation } = node?.dataset ?? {};
    if (!equation) return;
    this.number = this.number === equation ? "" : equation;
    this.light();
  }

  // After anything was written anew, too.
  light() {
    for (const node of this.host.querySelectorAll("[data-equation]")) {
      const lit = node.dataset.equation === this.number;
      node.classList.toggle("lit", lit);
      if (node.matches("button, [role=button]")) node.setAttribute("aria-pressed", lit);
    }
  }
}

// In a derivation: its result, the equations that it goes through, and the step that inserts one.
function markNumbers(section) {
  for (const row of section.querySelectorAll("[id^='eq-']")) row.dataset.equation = row.id.slice(3);
  const through = [...section.querySelectorAll("a[href^='#eq-']")].map((link) => {
    const number = link.getAttribute("href").slice(4);
    link.replaceWith(writeNumber(number));
    return number;
  });
  if (through.length !== 1) return;
  for (const link of section.querySelectorAll("a[href='#rule-definition']")) {
    const why = link.closest(".why");
    why.dataset.equation = through[0];
    if (why.previousElementSibling) why.previousElementSibling.dataset.equation = through[0];
  }
}
