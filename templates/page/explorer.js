// One layer alone: choose its kernel, stride, padding, and see what every entry reads and feeds.

// The side of a cell; small enough for ten of them on a phone.
const EXPLORED_CELL = 34;
// The longest side of an image, and the largest of the other numbers: more would not be seen.
const LONGEST_SIDE = 12, LARGEST_STEP = 7;

class Explorer {
  // `explored` gives the layers; they are asked for at once, to know whether there are any.
  constructor(explored) {
    const about = html("summary", {}, "explore kernel, stride and padding");
    this.place = html("div", { class: "explored" });
    this.host = html("details", { class: "explorer" }, about, this.place);
    this.host.addEventListener("toggle", () => { if (this.host.open && !this.maps) this.fill(); });
    this.host.hidden = true;
    this.asked = explored();
    this.asked.then((maps) => { this.host.hidden = !maps.length; });
  }

  async fill() {
    this.maps = await this.asked;
    this.choices = this.maps.flatMap((map) => map.layers.map(({ key, starts }) => ({ map, key, starts })));
    const options = this.choices.map(({ map, key }, n) => html("option", { value: n }, `${map.title}, ${key}`));
    const select = html("select", { id: "explored" }, ...options);
    select.addEventListener("change", () => this.take(this.choices[select.value]));
    this.steppers = html("div", { class: "steppers" });
    this.formulas = html("div", { class: "line" });
    this.grids = html("div", { class: "explored-grids" });
    this.words = html("section", { "aria-live": "polite", class: "words" });
    const choose = this.choices.length > 1 ? [html("p", {}, html("label", { for: "explored" }, "layer "), select)] : [];
    this.place.replaceChildren(...choose, this.steppers, this.formulas, this.grids, this.words);
    this.take(this.choices[0]);
  }

  take({ map, starts }) {
    [this.map, this.letters] = [map, { ...starts }];
    this.chosen = { key: map.forward.key, place: map.forward.at.map(() => 0) };
    this.steppers.replaceChildren(...map.letters.map((letter) => this.drawStepper(letter)));
    this.redraw();
  }

  drawStepper({ name, said, least }) {
    const most = said === "input" ? LONGEST_SIDE : LARGEST_STEP;
    const shown = html("output", {}, String(this.letters[name]));
    const button = (text, by) => {
      const node = html("button", { type: "button", "aria-label": `${said} ${name} ${by < 0 ? "less" : "more"}` }, text);
      node.addEventListener("click", () => {
        this.letters[name] = Math.min(Math.max(this.letters[name] + by, least), most);
        shown.textContent = this.letters[name];
        this.redraw();
      });
      return node;
    };
    const letter = math("math", {}, mathScripts(name[0], name.slice(1), ""));
    const group = html("span", { class: "stepper", role: "group", "aria-label": `${said} ${name}` });
    group.append(button("−", -1), html("span", { class: "said" }, `${said} `, letter, " = ", shown), button("+", 1));
    return group;
  }

  // All that is evaluated at these numbers.
  redraw() {
    const { map } = this, at = defineSizes(map.sizes, this.letters);
    this.at = at;
    this.shapes = evaluateShapes(map.shapes, at);
    this.output = map.forward.key;
    this.input = map.backward.key.replace("gradient ", "");
    const fits = this.shapes[this.output].every((n) => n > 0);
    this.terms = fits ? listMapTerms(map.forward, at, this.shapes) : [];
    if (!isInside(this.chosen.place, this.shapes[this.chosen.key])) this.chosen = { key: this.output, place: map.forward.at.map(() => 0) };
    const copy = (text) => [...parseMarkup(text).body.childNodes].map(copyAllowed);
    // A size that is a number has no formula.
    const sizes = map.formulas.sizes.flatMap((text, axis) => (text ? [html("p", {}, ...copy(text), this.sayNumbers(axis))] : []));
    this.formulas.replaceChildren(html("p", {}, ...copy(map.formulas.forward)), ...sizes);
    this.drawGrids(fits);
    this.mark();
    reachScrolled(this.place);
  }

  // = ⌊5/2⌋ + 1 = 3, from what defines the size.
  sayNumbers(axis) {
    const size = this.shapes[this.output][axis], [shape] = this.map.shapes[this.output][axis];
    const defined = this.map.sizes.find(([name]) => shape?.[1] === name);
    const [over, under] = defined ? defined.slice(1).map((terms) => evaluatePolynomial(terms, this.at)) : [];
    return defined ? ` = ⌊${showSigned(over)}/${under}⌋ + 1 = ${showSigned(size)}` : ` = ${showSigned(size)}`;
  }

  drawGrids(fits) {
    [this.cells, this.absent] = [new Map(), new Map()];
    const aimed = this.terms.flatMap(({ reads }) => reads.filter(({ key }) => key === this.input).map((read) => read.aimed));
    // Weights of more than two axes, as those that every output has of its own, are numbers alone.
    const stands = (key) => this.map.forward.terms.some(({ reads }) => reads.some((read) => read.key === key));
    const drawn = Object.keys(this.shapes).filter((key) => stands(key) && this.shapes[key].length < 3);
    const order = [this.input, ...drawn.filter((key) => key !== this.input), this.output];
    const grids = fits ? order : [this.input];
    this.grids.replaceChildren(...grids.map((key) => this.drawGrid(key, key === this.input ? aimed : [])));
    if (!fits) this.grids.append(html("p", {}, "No output: the window is larger than the padded input."));
  }

  // A tensor as cells; around it the places that are aimed at and absent. One axis is one row.
  drawGrid(key, aimed) {
    const shape = this.shapes[key], last = shape.length - 1;
    const bounds = shape.map((n, axis) => {
      const all = aimed.map((place) => place[axis]).filter((index) => index !== null);
      return [Math.min(0, ...all), Math.max(n, ...all.map((index) => index + 1))];
    });
    const [low, end] = bounds[last], [top, bottom] = last ? bounds[0] : [0, 1];
    const width = (end - low) * EXPLORED_CELL + 2, height = (bottom - top) * EXPLORED_CELL + 2;
    const said = `${key}, ${shape.join(" × ")}`;
    const picture = svg("svg", { viewBox: `-1 -1 ${width} ${height}`, width, height, role: "group", "aria-label": said });
    for (let r = top; r < bottom; r++) {
      for (let c = low; c < end; c++) {
        const place = last ? [r, c] : [c];
        picture.append(this.drawPlace(key, place, (c - low) * EXPLORED_CELL, (r - top) * EXPLORED_CELL, isInside(place, shape)));
      }
    }
    return html("figure", {}, html("figcaption", {}, said), html("div", { class: "scroll" }, picture));
  }

  drawPlace(key, place, x, y, inside) {
    const node = svg("g", { class: inside ? "cell" : "absent", transform: `translate(${x} ${y})` }, svg("rect", { width: EXPLORED_CELL, height: EXPLORED_CELL }));
    if (!inside) { this.absent.set(String(place), node); return node; }
    const said = place.map((n) => n + this.map.base).join(",");
    const opens = key === this.input || key === this.output;
    node.append(svg("title", {}, `${key} ${said}`), svg("text", { x: EXPLORED_CELL / 2, y: EXPLORED_CELL / 2 + 8, "aria-hidden": "true" }, said));
    const cell = { node, x: x + this.cells.size, y, key, place };
    this.cells.set(`${key} ${place}`, cell);
    node.setAttribute("data-place", `${key} ${place}`);
    if (!opens) return node;
    node.setAttribute("role", "button");
    const choose = () => { this.chosen = { key, place }; this.mark(); };
    node.addEventListener("click", choose);
    node.addEventListener("focus", choose);
    onPointing(node, choose);
    node.addEventListener("keydown", (event) => this.move(event, cell));
    return node;
  }

  // Arrows stay in the grid; the tabulator goes to the next one.
  move(event, { key, place }) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const axis = ["ArrowUp", "ArrowDown"].includes(event.key) ? 0 : place.length - 1;
    const next = place.map((n, other) => (other === axis ? n + step : n));
    this.cells.get(`${key} ${next}`)?.node.focus();
  }

  // The entries that the chosen one has to do with, [{place, weights}], and the absent places.
  listRelated() {
    const { key, place } = this.chosen, same = (a, b) => a !== null && String(a) === String(b);
    const reads = (term) => term.reads.find((read) => read.key === this.input);
    const meant = this.terms.filter(reads).filter((term) => (key === this.output ? same(term.place, place) : same(reads(term).place, place)));
    const other = (term) => (key === this.output ? reads(term).place : term.place);
    const weights = (term) => term.reads.filter((read) => read.key !== this.input && read.place);
    const present = meant.filter(isRead);
    const absent = meant.filter((term) => !present.includes(term)).map((term) => reads(term).aimed);
    return { present: present.map((term) => ({ place: other(term), weights: weights(term) })), absent };
  }

  mark() {
    const { key, place } = this.chosen, { present, absent } = this.listRelated();
    for (const cell of this.cells.values()) {
      cell.node.setAttribute("class", "cell");
      if (cell.node.hasAttribute("role")) cell.node.setAttribute("tabindex", String(cell.place) === String(cell.key === key ? place : cell.place.map(() => 0)) ? 0 : -1);
      cell.node.querySelector(".badge")?.remove();
    }
    this.cells.get(`${key} ${place}`)?.node.classList.add("chosen");
    const other = key === this.output ? this.input : this.output;
    present.forEach((related, n) => {
      const cells = [{ key: other, place: related.place }, ...related.weights];
      for (const at of cells) this.badge(this.cells.get(`${at.key} ${at.place}`), n);
    });
    for (const [at, node] of this.absent) node.setAttribute("class", absent.some((aimed) => String(aimed) === at) ? "absent aimed" : "absent");
    this.say(present, absent.length);
  }

  badge(cell, number) {
    if (!cell || cell.node.querySelector(".badge")) return;
    cell.node.classList.add("path", `path${number % PATH_COLOURS}`);
    cell.node.append(svg("g", { class: "badge", transform: "translate(8 8)", "aria-hidden": "true" }, svg("circle", { r: 6.5 }), svg("text", { y: 3.2 }, String(number + 1))));
  }

  say(present, absent) {
    const { key, place } = this.chosen, { base } = this.map;
    const forward = key === this.output, name = (at) => at.map((n) => n + base).join(",");
    const places = [...new Set(present.map((related) => name(related.place)))];
    const missing = absent && forward ? `; ${absent} of its places lie outside and are absent` : "";
    const said = forward
      ? `${key} ${name(place)} reads ${countOf(places.length, "entry", "entries")} of ${this.input}${missing}`
      : `${key} ${name(place)} is read by ${countOf(places.length, "output", "outputs")}${places.length ? `: ${this.output} ${places.join("; ")}` : ""}`;
    const map = forward ? this.map.forward : this.map.backward;
    const formula = forward ? [] : [html("p", {}, "Its gradient adds up, where each index is whole and lies inside: ", ...[...parseMarkup(this.map.formulas.backward).body.childNodes].map(copyAllowed))];
    this.words.replaceChildren(html("p", { class: "said" }, `${said}.`), ...formula, ...this.listConditions(map));
    reachScrolled(this.words);
  }

  // For each axis the index that is read at every value of the sum's index, and what becomes of it.
  listConditions(map) {
    const at = { ...this.at }, { base } = this.map;
    const written = map.at.map(([[term]], axis) => [term?.[1], this.chosen.place[axis]]);
    if (map.at.some(([terms, below]) => below || terms.length > 1)) return [];
    for (const [name, value] of written) if (name) at[name] = value;
    const isBare = ([[term, more], below]) => !more && !below && (!term || term[0] === 1);
    return map.terms.flatMap(({ bound, reads }) => reads.filter(({ key, at: place }) => place.length <= map.at.length && !place.every(isBare)).flatMap((read) => read.at.map((parts, axis) => {
      const inner = bound.filter(([name]) => parts.flat().some((term) => term.includes(name)));
      const items = [];
      runIndices(inner, at, (here) => {
        const { over, under, index } = evaluateIndex(parts, here);
        const inside = index !== null && index >= 0 && index < this.shapes[read.key][axis];
        const quotient = under > 1 ? `${showSigned(over)}/${under}${base ? ` + ${base}` : ""}` : "";
        const verdict = index === null ? "not whole" : `${quotient ? " = " : ""}${showSigned(index + base)}${inside ? "" : ", outside"}`;
        const names = inner.map(([name]) => `${name} = ${here[name] + base}`).join(", ");
        items.push(html("li", { class: inside ? "inside" : "outside" }, `${names ? `${names} → ` : ""}${quotient}${index === null ? ", " : ""}${verdict}`));
      });
      const axes = ["row", "column"], called = read.at.length > 1 ? axes[axis] : "place";
      return html("div", { class: "conditions" }, html("span", { class: "quiet" }, `${called} of ${read.key}: `), html("ul", {}, ...items));
    })));
  }
}

const showSigned = (n) => String(n).replace("-", "−");
const countOf = (n, one, many) => `${n} ${n === 1 ? one : many}`;
