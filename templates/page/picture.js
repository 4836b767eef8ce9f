// The picture: grids of cells, and over them the paths of one entry and the products of a claim.

const SVG = "http://www.w3.org/2000/svg";
const svg = (name, attributes, ...children) => makeNode(SVG, name, attributes, ...children);
// Below this width of the page, in pixels, the network runs downwards.
const NARROW = 560;
// Of its size: indices of 9 pixels.
const SMALLEST = 0.8;
const ROLES = {
  input: "input", parameter: "weight", target: "target", value: "value", cost: "cost",
};

const spoken = (graph, entry) => {
  const tensor = graph.owner[entry], below = tensor.subscripts[entry - tensor.first];
  return tensor.letter + (below ? `_${below}` : "") + (tensor.layer ? `^${tensor.layer}` : "");
};

// What a screen reader says: no signs that it would spell.
function sayName({ letter, layer, role }, below = "") {
  return `${ROLES[role]} ${letter}${below ? ` ${below}` : ""}${layer ? ` of layer ${layer}` : ""}`;
}

// A name with its scripts as text of a picture.
function writeName(x, y, letter, below, above, attributes) {
  const small = (text, dy, dx = 0) => svg("tspan", { dy, dx, class: "script" }, text);
  const text = svg("text", { x, y, ...attributes }, letter);
  if (below) text.append(small(below, 5));
  if (above) text.append(small(above, below ? -13 : -6, below ? -6 * below.length : 0));
  return text;
}

class Picture {
  // `state` has what is chosen; `choose` is called where somebody points at an entry or picks one.
  constructor(graph, state, choose) {
    Object.assign(this, { graph, state, choose, planes: {}, pickers: {} });
    this.frame = html("div", { class: "picture" });
    this.unseen = html("p", { class: "unseen", "aria-live": "polite" });
    this.host = html("div", {}, this.drawPickers(), this.frame, this.unseen);
  }

  // One for every tensor of which not all planes are drawn at once.
  drawPickers() {
    const turned = this.graph.data.tensors.filter((t) => DRAWN.has(t.role) && gridOf(t).planes > gridOf(t).shown);
    for (const tensor of turned) {
      const { planes: count, shown } = gridOf(tensor), named = namePlanes(tensor, baseOfNotation(this.graph.data));
      this.pickers[tensor.key] = new Picker(mathScripts(tensor.letter, "", tensor.layer), { ...named, count, shown }, (first) => this.turn(tensor.key, first));
    }
    return html("div", { class: "steppers" }, ...Object.values(this.pickers).map((picker) => picker.node));
  }

  turn(key, first) {
    this.planes[key] = first;
    this.draw();
  }

  draw() {
    const wide = (this.host.parentElement || document.documentElement).clientWidth;
    this.plan = layOut(this.graph, wide < NARROW);
    // What is too wide to be read in a row is whole from top to bottom.
    if (this.plan.width * SMALLEST > wide) this.plan = layOut(this.graph, true);
    const { width, height } = this.plan;
    // A little smaller where it then fits; smaller letters would not be read, and it scrolls.
    const scale = Math.max(Math.min(1, (wide - 2) / width), SMALLEST);
    this.links = svg("g", { class: "links", "aria-hidden": "true" });
    this.grids = svg("g", {});
    this.fields = svg("g", { class: "fields", "aria-hidden": "true" });
    [this.cells, this.dressed] = [new Map(), new Set()];
    for (const box of this.plan.boxes) this.grids.append(this.drawGrid(box));
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width: width * scale, height: height * scale, role: "group", "aria-label": "the network, entry by entry" }, this.links, this.grids, this.fields);
    picture.addEventListener("pointerleave", () => this.choose(null, "over"));
    this.frame.replaceChildren(picture);
    if (this.state.values) this.showValues();
    this.mark();
  }

  drawGrid(box) {
    const { tensor } = box, first = this.planes[tensor.key] || 0;
    const named = tensor.title ? `${tensor.title}, ` : "";
    const group = svg("g", { class: `grid ${tensor.role}`, role: "group", "aria-label": `${named}${sayName(tensor)}` });
    group.append(writeName(...box.name, tensor.letter, "", tensor.layer, { class: "name" }));
    for (const cell of placeCells(box, first)) {
      const node = this.drawCell(cell, tensor);
      this.cells.set(cell.entry, { ...cell, node });
      group.append(node);
    }
    return group;
  }

  drawCell({ entry, x, y, wide }, tensor) {
    const below = tensor.subscripts[entry - tensor.first];
    const node = svg("g", {
      class: "cell", role: "button", tabindex: entry === this.state.entry ? 0 : -1, "data-entry": spoken(this.graph, entry),
      transform: `translate(${x} ${y})`,
    });
    node.append(
      svg("title", {}, sayName(tensor, below)),
      svg("rect", { width: wide, height: CELL }),
      writeName(wide / 2, CELL / 2 + 3, tensor.letter, below, tensor.layer, { class: "letter", "aria-hidden": "true" }),
      svg("text", { x: wide / 2, y: CELL - 5, class: "number", "aria-hidden": "true" }),
    );
    onPointing(node, () => this.choose(entry, "over"));
    node.addEventListener("click", () => this.choose(entry, "pick"));
    node.addEventListener("focus", () => this.choose(entry, "pick"));
    node.addEventListener("keydown", (event) => this.move(event, entry));
    return node;
  }

  // Arrows go to the neighbour, over the borders of the grids, too.
  move(event, entry) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = this.cells.get(entry);
    let best = null;
    for (const cell of this.cells.values()) {
      const ahead = (cell.x - here.x) * step[0] + (cell.y - here.y) * step[1];
      const aside = Math.abs((cell.x - here.x) * step[1]) + Math.abs((cell.y - here.y) * step[0]);
      const far = ahead + 3 * aside;
      if (ahead > 0 && (!best || far < best.far)) best = { cell, far };
    }
    if (best) best.cell.node.focus();
  }

  // Colours and links for the entry that is looked at.
  mark() {
    const { graph } = this, entry = this.state.over ?? this.state.entry;
    // What was dressed, and nothing else, is undressed: a page has thousands of cells.
    for (const { node } of this.dressed) {
      node.setAttribute("class", this.state.values ? "cell numbered" : "cell");
      node.setAttribute("tabindex", -1);
      node.querySelector(".badge")?.remove();
    }
    this.dressed.clear();
    const hidden = this.hidden = new Set();
    const own = this.cells.get(this.state.entry);
    if (own) { own.node.setAttribute("tabindex", 0); this.dressed.add(own); }
    this.links.replaceChildren();
    this.fields.replaceChildren();
    this.unseen.replaceChildren();
    if (entry === null || !this.cells.size) return;
    for (const later of listLater(graph, entry)) this.dress(later, "later");
    for (const read of graph.reads[entry] || []) this.dress(read, "read");
    const paths = listPaths(graph, entry);
    for (const path of paths) this.markPath(entry, path, paths.length > 1);
    this.dress(entry, "chosen");
    this.outlineField(listField(graph, entry));
    const claim = this.state.overlay ? graph.data.claim : null;
    if (claim && claim.entry === entry) {
      for (const kind of ["spurious", "missing"]) for (const product of claim[`${kind}_entries`]) this.markProduct(product, kind);
    }
    this.unseen.replaceChildren(...this.sayUnseen(hidden));
  }

  // What is marked in planes that are not shown, and a button for each tensor that shows the first.
  sayUnseen(hidden) {
    const { owner } = this.graph, tensors = [...new Set([...hidden].map((entry) => owner[entry]))];
    return tensors.filter((tensor) => this.pickers[tensor.key]).map((tensor) => {
      const [rows, columns] = tensor.shape.slice(-2), { said, label } = this.pickers[tensor.key];
      const planes = [...hidden].filter((entry) => owner[entry] === tensor).map((entry) => Math.floor((entry - tensor.first) / (rows * columns)));
      const button = html("button", { type: "button" }, math("math", {}, mathScripts(tensor.letter, "", tensor.layer)), `: ${sayHidden(planes.length, said, [Math.min(...planes), Math.max(...planes)].map(label))}`);
      button.addEventListener("click", () => {
        this.pickers[tensor.key].show(Math.min(...planes));
        this.turn(tensor.key, this.pickers[tensor.key].first);
      });
      return button;
    });
  }

  dress(entry, ...classes) {
    const cell = this.cells.get(entry);
    if (!cell) {
      if (!classes.includes("later")) this.hidden.add(entry);
      return;
    }
    this.dressed.add(cell);
    cell.node.classList.add(...classes);
    // Its border lies over those of its neighbours; what has the focus would lose it by moving.
    if (classes.includes("path") && cell.node !== document.activeElement) cell.node.parentNode.append(cell.node);
  }

  // One outline in each grid.
  outlineField(field) {
    const { owner } = this.graph, cells = [...field].map((read) => this.cells.get(read)).filter(Boolean);
    for (const tensor of new Set(cells.map((cell) => owner[cell.entry]))) {
      this.fields.append(svg("path", { class: "field", d: outlineCells(cells.filter((cell) => owner[cell.entry] === tensor)) }));
    }
  }

  markPath(entry, { number, outputs, partners }, numbered) {
    const colour = `path${number % PATH_COLOURS}`;
    for (const at of [...outputs, ...partners]) {
      this.dress(at, "path", colour);
      if (numbered) this.badge(at, number);
    }
    const [first, ...later] = outputs.map((at) => this.cells.get(at)).filter(Boolean);
    if (!first) return;
    later.forEach((cell, n) => this.link(n ? later[n - 1] : first, cell, colour));
    // What is multiplied is linked with the output that reads it, or with the one that it follows.
    const drawn = partners.filter((at) => this.cells.has(at) && !outputs.includes(at));
    for (const at of drawn) {
      const reader = outputs.find((output) => this.graph.reads[output].includes(at)) ?? outputs.at(-1);
      if (this.cells.has(reader)) this.link(this.cells.get(at), this.cells.get(reader), colour);
    }
    const own = this.cells.get(entry);
    if (own && !drawn.some((at) => this.graph.reads[outputs[0]].includes(at))) this.link(own, first, colour);
  }

  markProduct(product, kind) {
    const entries = product.map((at) => baseOf(this.graph, at));
    const drawn = entries.map((at) => this.cells.get(at)).filter(Boolean);
    for (const at of entries) if (!this.cells.has(at)) this.hidden.add(at);
    if (drawn.length === 1) { this.dressed.add(drawn[0]); drawn[0].node.classList.add(kind); }
    for (let n = 1; n < drawn.length; n++) this.link(drawn[n - 1], drawn[n], kind);
  }

  badge(entry, number) {
    const cell = this.cells.get(entry);
    if (!cell || cell.node.querySelector(".badge")) return;
    // On the corner, so that it covers no letter.
    cell.node.append(svg("g", { class: "badge", "aria-hidden": "true" }, svg("circle", { r: 7 }), svg("text", { y: 3.5 }, String(number + 1))));
  }

  // Links lie under the grids, so that no letter is crossed: they are seen between the grids.
  link(from, to, kind) {
    const [a, b] = [from, to].map((cell) => [cell.x + cell.wide / 2, cell.y + CELL / 2]);
    this.links.append(svg("path", { d: `M${a}L${b}`, class: kind }));
  }

  showValues() {
    const winners = listWinners(this.graph, this.state.values);
    for (const [entry, { node, wide }] of this.cells) {
      const value = this.state.values[entry], tensor = this.graph.owner[entry];
      node.classList.add("numbered");
      node.querySelector(".number").textContent = shortenNumber(value);
      node.querySelector("title").textContent = `${sayName(tensor, tensor.subscripts[entry - tensor.first])}, ${showNumber(value)}${winners.has(entry) ? ", the largest of its window" : ""}`;
      node.querySelector(".winner")?.remove();
      if (winners.has(entry)) node.append(svg("text", { class: "winner", x: wide - 8, y: 12, "aria-hidden": "true" }, "▲"));
    }
  }
}
