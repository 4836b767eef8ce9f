// A network that is too large for all of its entries: its layers in a row, one opened at a time.

function startFolded(data, host, { derivations, explorer, signal }) {
  const graph = makeGraph(data), opened = new OpenedLayers(data, graph);
  const words = html("section", { class: "words" }), buttons = new Map();
  const linked = new LinkedNumbers(host, signal);
  derivations.shown = () => linked.light();

  function choose(key) {
    const tensor = graph.byKey[key], derivative = graph.derivative[key];
    const readers = data.tensors.filter((t) => t.reads.includes(key)).map((t) => t.key);
    for (const [other, node] of buttons) {
      const related = tensor.reads.includes(other) || readers.includes(other);
      node.setAttribute("class", related ? "layer related" : "layer");
      node.setAttribute("aria-pressed", other === key);
    }
    words.replaceChildren(
      html("h2", {}, html("span", { class: "role" }, `${ROLES[tensor.role]} `), math("math", {}, mathScripts(tensor.letter, "", tensor.layer))),
      html("p", { class: "quiet" }, [tensor.title, tensor.shape.join(" × ")].filter(Boolean).join(", ")),
    );
    opened.open(key);
    derivations.writeEquation(tensor.number).then((written) => {
      if (words.dataset.key !== key) return;
      words.append(...written);
      words.append(...describeLines(data, [tensor.number, derivative?.number ?? ""]));
      for (const row of words.querySelectorAll("[id^='eq-']")) row.dataset.equation = row.id.slice(3);
      linked.light();
      reachScrolled(words);
    });
    words.dataset.key = key;
    derivations.about(derivative ? derivative.number : "");
  }

  function drawLayer(tensor) {
    const shape = tensor.shape.join(" × "), kind = tensor.role === "parameter" || tensor.role === "target" ? "beside" : "along";
    const node = html("button", { type: "button", "data-tensor": tensor.key }, html("span", { class: "spoken" }, `${ROLES[tensor.role]} `), math("math", {}, mathScripts(tensor.letter, "", tensor.layer)), " ", html("span", { class: `shape ${kind}` }, shape));
    node.addEventListener("click", () => choose(tensor.key));
    buttons.set(tensor.key, node);
    return node;
  }

  const stages = listStages(graph).map(({ tensor, beside }) => html("li", {}, drawLayer(tensor), ...(beside.length ? [html("span", { class: "with" }, ...beside.map(drawLayer))] : [])));
  host.replaceChildren(html("ol", { class: "layers", "aria-label": "the network, layer by layer" }, ...stages), opened.host, words, derivations.host, explorer.host);
  choose(data.tensors.find((t) => t.role === "value" && graph.derivative[t.key])?.key ?? data.tensors[0].key);
}
