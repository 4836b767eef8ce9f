// A layer of a large network, opened: its entries, those that it reads, and the input, plane by plane.

// The sides of a cell: as large as there is room for, and not so small that it cannot be pointed at.
const LARGEST_CELL = 34, SMALLEST_CELL = 13, LABELLED_CELL = 30, PLANE_WIDTH = 380;
// Of a plane: a larger one is drawn row by row.
const MOST_CELLS = 1600;

// Which axes of a tensor are drawn; pickers choose a place on the others.
function foldShape(shape) {
  const size = (n) => shape.slice(-n).reduce((a, b) => a * b, 1);
  const drawn = shape.length > 1 && size(2) <= MOST_CELLS ? 2 : 1;
  const columns = drawn === 2 || shape.at(-1) <= 12 ? shape.at(-1) : Math.min(20, Math.ceil(Math.sqrt(shape.at(-1))));
  const rows = drawn === 2 ? shape.at(-2) : Math.ceil(Math.min(shape.at(-1), MOST_CELLS) / columns);
  return { drawn, columns, rows, lead: shape.slice(0, -drawn) };
}

class OpenedLayers {
  constructor(data, graph) {
    Object.assign(this, { data, graph, base: baseOfNotation(data), views: [] });
    this.shapes = Object.fromEntries(data.tensors.map((t) => [t.key, t.shape]));
    this.maps = {};
    for (const map of data.maps) (this.maps[map.key] ??= []).push(map);
    this.planes = html("div", { class: "explored-grids" });
    this.words = html("p", { class: "said", "aria-live": "polite" });
    this.host = html("section", { class: "opened", "aria-label": "the layer that is opened" }, this.planes, this.words);
  }

  // What a tensor reads, itself, and the inputs before it.
  open(key) {
    const { byKey } = this.graph, tensor = byKey[key];
    const readers = tensor.reads.length ? [] : this.data.tensors.filter((t) => DRAWN.has(t.role) && t.reads.includes(key));
    const inputs = this.data.tensors.filter((t) => t.role === "input");
    const isGiven = (other) => ["parameter", "target"].includes(byKey[other].role);
    const read = tensor.reads.filter((other) => !isGiven(other)), beside = tensor.reads.filter(isGiven);
    const keys = [...inputs.map((t) => t.key), ...read, key, ...readers.map((t) => t.key), ...beside];
    this.views = [...new Set(keys)].map((other) => byKey[other]).filter((t) => DRAWN.has(t.role)).map((t) => this.makeView(t));
    const { lead } = foldShape(tensor.shape);
    this.chosen = { key, place: tensor.shape.map((n, axis) => (axis < lead.length ? 0 : n >> 1)) };
    this.planes.replaceChildren(...this.views.map((view) => view.node));
    for (const view of this.views) this.drawView(view);
    this.mark();
  }

  makeView(tensor) {
    const fold = foldShape(tensor.shape), view = { tensor, ...fold, at: fold.lead.map(() => 0), frame: html("div", { class: "scroll" }) };
    view.cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(PLANE_WIDTH / fold.columns)));
    const name = () => mathScripts(tensor.letter, "", tensor.layer);
    view.pickers = fold.lead.map((count, axis) => (count < 2 ? null : new Picker(name(), { said: this.nameAxis(view, axis), count, shown: 1, label: (n) => n + this.base }, (first) => {
      view.at[axis] = first;
      this.drawView(view);
      this.mark();
    })));
    const caption = html("figcaption", {}, `${ROLES[tensor.role]} `, math("math", {}, name()), `, ${tensor.shape.join(" × ")}`);
    const pickers = html("div", { class: "steppers" }, ...view.pickers.filter(Boolean).map((picker) => picker.node));
    view.unseen = html("p", { class: "unseen" });
    view.node = html("figure", {}, caption, pickers, view.frame, view.unseen);
    return view;
  }

  // Of a matrix that is drawn row by row, the axis that has no word is its row.
  nameAxis({ tensor, lead }, axis) {
    return tensor.axes?.[axis] ?? (lead.length > 1 ? "plane" : "row");
  }

  placeAt(view, row, column) {
    return view.drawn === 2 ? [...view.at, row, column] : [...view.at, row * view.columns + column];
  }

  drawView(view) {
    const { tensor, rows, columns, cell } = view, width = columns * cell + 2, height = rows * cell + 2;
    view.cells = new Map();
    const picture = svg("svg", { viewBox: `-1 -1 ${width} ${height}`, width, height, role: "group", "aria-label": sayName(tensor) });
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = this.placeAt(view, row, column);
        if (!isInside(place, tensor.shape)) continue;
        const said = place.slice(-view.drawn).map((n) => n + this.base).join(",");
        const node = svg("g", { class: "cell", role: "button", tabindex: -1, "data-place": `${tensor.key} ${place}`, transform: `translate(${column * cell} ${row * cell})` }, svg("title", {}, `${sayName(tensor)} ${place.map((n) => n + this.base).join(" ")}`), svg("rect", { width: cell, height: cell }));
        if (cell >= LABELLED_CELL) node.append(svg("text", { x: cell / 2, y: cell / 2 + 4, "aria-hidden": "true" }, said));
        const choose = () => { this.chosen = { key: tensor.key, place }; this.mark(); };
        node.addEventListener("click", choose);
        node.addEventListener("focus", choose);
        node.addEventListener("keydown", (event) => this.move(event, view, row, column));
        view.cells.set(String(place), { node, row, column });
        picture.append(node);
      }
    }
    view.outline = svg("path", { class: "field" });
    picture.append(view.outline);
    view.frame.replaceChildren(picture);
  }

  move(event, view, row, column) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    view.cells.get(String(this.placeAt(view, row + step[0], column + step[1])))?.node.focus();
  }

  // The entries that read the chosen one, from the equation of its gradient.
  listReaders(key, place) {
    const derivative = this.graph.derivative[key];
    return derivative ? listPlaces(this.maps[derivative.key] ?? [], place, this.shapes) : {};
  }

  mark() {
    const { key, place } = this.chosen, readers = this.listReaders(key, place), said = [];
    const reads = listPlaces(this.maps[key] ?? [], place, this.shapes);
    const fields = listFields(this.maps, this.data.tensors, key, place, this.shapes);
    for (const view of this.views) {
      const own = view.tensor.key, related = own === key ? undefined : reads[own] ?? readers[this.graph.derivative[own]?.key];
      const inField = own !== key && !["parameter", "target"].includes(view.tensor.role);
      this.markView(view, related, inField ? fields[own] : undefined);
      if (related) said.push(`${related.size} of ${own}`);
    }
    const name = sayName(this.graph.byKey[key], place.map((n) => n + this.base).join(" "));
    const direction = this.maps[key] ? "reads" : "is read by";
    const input = this.data.tensors.find((t) => t.role === "input"), box = key === input.key ? null : fields[input.key];
    const field = box ? ` Its receptive field in ${input.key}: ${this.sayBox(box, input)}.` : "";
    this.words.textContent = `${name} ${said.length ? `${direction} ${said.join(", ")}` : "is shown"}.${field}`;
    reachScrolled(this.host);
  }

  sayBox(box, { axes, shape }) {
    return box.flatMap((places, axis) => {
      const said = axes?.[axis] ?? (axis ? "column" : "row"), [a, b] = [Math.min(...places) + this.base, Math.max(...places) + this.base];
      return shape[axis] > 1 ? [a === b ? `${said} ${a}` : `${said}s ${a} to ${b}`] : [];
    }).join(", ") || "its only entry";
  }

  markView(view, related, box) {
    const { tensor, cells, at, drawn } = view, chosen = this.chosen.key === tensor.key ? String(this.chosen.place) : "";
    for (const [place, { node }] of cells) {
      node.setAttribute("class", place === chosen ? "cell chosen" : related?.has(place) ? "cell path path0" : "cell");
      node.setAttribute("tabindex", -1);
    }
    (cells.get(chosen) ?? cells.values().next().value)?.node.setAttribute("tabindex", 0);
    const hidden = [...(related?.values() ?? [])].filter((place) => !cells.has(String(place)));
    view.unseen.replaceChildren(...(hidden.length ? this.sayUnseen(view, hidden) : []));
    const inside = box && at.every((n, axis) => box[axis].has(n));
    view.outline.setAttribute("d", inside && drawn === 2 ? outlineBox(box.slice(-2), view.cell) : "");
  }

  // How many are in other planes, and a button that shows the first of them.
  sayUnseen(view, hidden) {
    const axis = view.lead.findIndex((n, axis) => n > 1 && hidden.some((place) => place[axis] !== view.at[axis]));
    const planes = hidden.map((place) => place[axis] + this.base);
    const words = axis < 0 ? `${hidden.length} more` : sayHidden(hidden.length, this.nameAxis(view, axis), [Math.min(...planes), Math.max(...planes)]);
    const button = html("button", { type: "button" }, words);
    button.addEventListener("click", () => {
      hidden[0].slice(0, view.lead.length).forEach((n, at) => { view.at[at] = n; view.pickers[at]?.show(n); });
      this.drawView(view);
      this.mark();
    });
    return [button];
  }
}

const outlineBox = ([rows, columns], cell) => {
  const ends = (places) => [Math.min(...places) * cell, (Math.max(...places) + 1) * cell];
  const [[top, bottom], [left, right]] = [ends(rows), ends(columns)];
  return `M${left} ${top}H${right}V${bottom}H${left}Z`;
};
