// A network that is too large for its entries: a box a tensor, with its equation and its gradient.

function startFolded(data, host, derivations, signal) {
  const graph = makeGraph(data), state = { key: data.tensors.find((t) => t.role === "parameter")?.key ?? data.tensors[0].key };
  const picture = html("div", { class: "picture" }), explorer = new Explorer();
  const words = html("section", { class: "words", "aria-live": "polite" });
  const boxes = new Map();

  function choose(key) {
    state.key = key;
    const tensor = graph.byKey[key], derivative = graph.derivative[key];
    const readers = data.tensors.filter((t) => t.reads.includes(key)).map((t) => t.key);
    for (const [other, node] of boxes) {
      const marks = [other === key && "chosen", tensor.reads.includes(other) && "read", readers.includes(other) && "path path0"];
      node.setAttribute("class", ["cell", ...marks.filter(Boolean)].join(" "));
      node.setAttribute("tabindex", other === key ? 0 : -1);
    }
    words.replaceChildren(
      html("h2", {}, html("span", { class: "role" }, `${ROLES[tensor.role]} `), math("math", {}, mathScripts(tensor.letter, "", tensor.layer))),
      html("p", { class: "quiet" }, [tensor.title, tensor.shape.join(" × ")].filter(Boolean).join(", ")),
    );
    derivations.writeEquation(tensor.number).then((written) => {
      if (state.key === key) words.append(...written);
      if (state.key === key) words.append(...describeLines(data, [tensor.number, derivative?.number ?? ""]));
      reachScrolled(words);
    });
    derivations.about(derivative ? derivative.number : "");
  }

  function draw() {
    const plan = layOut(graph, host.clientWidth < NARROW);
    boxes.clear();
    const grids = plan.boxes.map((box) => {
      const { tensor } = box, shape = tensor.shape.join(" × ");
      const node = svg("g", { role: "button", "data-tensor": tensor.key, "aria-label": `${sayName(tensor)}, ${shape}`, transform: `translate(${box.x} ${box.y})` });
      node.append(svg("rect", { width: box.width, height: box.height }), svg("text", { x: box.width / 2, y: 28, class: "shape", "aria-hidden": "true" }, shape));
      node.addEventListener("click", () => choose(tensor.key));
      node.addEventListener("focus", () => choose(tensor.key));
      node.addEventListener("keydown", (event) => moveBetween(event, boxes, plan));
      boxes.set(tensor.key, node);
      return svg("g", {}, writeName(...box.name, tensor.letter, "", tensor.layer, { class: "name" }), node);
    });
    const { width, height } = plan;
    picture.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "the network, layer by layer" }, ...grids));
    choose(state.key);
  }

  function moveBetween(event, nodes, plan) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const keys = plan.boxes.map((box) => box.tensor.key);
    nodes.get(keys[keys.indexOf(state.key) + step])?.focus();
  }

  host.replaceChildren(picture, words, derivations.host, explorer.host);
  draw();
  addEventListener("resize", draw, { signal });
}
