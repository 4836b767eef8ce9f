// The derivation of what is chosen, at three levels, out of the packed pages.

const LEVELS = ["terse", "normal", "full"];
const ELEMENTS = new Set(
  "section h2 p ul li div span a code dl dt dd br math mrow mi mn mo mtext mspace mfrac msqrt msub msup msubsup munder mover munderover mtable mtr mtd mpadded mphantom mstyle".split(" "),
);
const ATTRIBUTES = new Set(
  "id class href displaystyle stretchy fence form separator largeop movablelimits minsize maxsize symmetric lspace rspace width height depth voffset mathvariant scriptlevel columnalign accent accentunder linethickness".split(" "),
);

let unpacked = null;
const unpackDerivations = () => (unpacked ??= unpackText("derivations").then(JSON.parse));

// A copy that has allowed elements and attributes alone; a link leads to a place of the page.
function copyAllowed(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  const name = node.localName;
  if (node.nodeType !== Node.ELEMENT_NODE || !ELEMENTS.has(name)) return document.createTextNode("");
  const copy = document.createElementNS(node.namespaceURI, name);
  for (const { name: key, value } of node.attributes) {
    if (ATTRIBUTES.has(key) && (key !== "href" || value.startsWith("#"))) copy.setAttribute(key, value);
  }
  copy.append(...[...node.childNodes].map(copyAllowed));
  return copy;
}

const parseMarkup = (text) => new DOMParser().parseFromString(text, "text/html");

// The section of an equation and the rules that it names.
function findDerivation(pages, number, level) {
  if (!pages.sections[number]) return [];
  const section = parseMarkup(pages.sections[number][level]), all = parseMarkup(pages.rules);
  const named = [...section.querySelectorAll(".why a")].map((link) => link.getAttribute("href").slice(1));
  const rules = [...new Set(named)].map((id) => all.getElementById(id)).filter(Boolean);
  const list = html("dl", { class: "rules" }, ...rules.map(copyAllowed));
  return [...[...section.body.children].map(copyAllowed), html("h3", {}, "the rules"), list];
}

class Derivations {
  constructor() {
    this.level = "normal";
    this.place = html("div", { class: "derivation" });
    this.buttons = LEVELS.map((level) => html("button", { type: "button" }, level));
    this.buttons.forEach((button, n) => button.addEventListener("click", () => { this.level = LEVELS[n]; this.show(); }));
    const details = html("details", {}, html("summary", {}, "the derivation, step by step"), html("div", { class: "levels" }, ...this.buttons), this.place);
    details.addEventListener("toggle", () => { this.open = details.open; this.show(); });
    this.host = details;
  }

  // Says which equation it is about; it is written when somebody looks.
  about(number) {
    this.number = number;
    this.host.hidden = !number;
    if (this.open) this.show();
  }

  // The forward equation of that number; nothing where there is none.
  async writeEquation(number) {
    const written = (await unpackDerivations()).equations[number];
    return written ? [...parseMarkup(written).body.children].map(copyAllowed) : [];
  }

  async show() {
    this.buttons.forEach((button, n) => button.setAttribute("aria-pressed", LEVELS[n] === this.level));
    const pages = await unpackDerivations();
    this.place.replaceChildren(...findDerivation(pages, this.number, LEVELS.indexOf(this.level)));
    for (const section of this.place.querySelectorAll("section")) markNumbers(section);
    this.shown?.();
    reachScrolled(this.host);
  }
}
