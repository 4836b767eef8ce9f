// Marks on the grid: the winners of maxima at the values, and the outline of a receptive field.

// Every maximum that an operation of the tape takes, as the entries that it compares.
function listMaxima(graph, entry) {
  const { tape } = graph.data, found = [], seen = new Set();
  const open = graph.owner[entry].results ? [resultOf(graph, entry)] : [];
  while (open.length) {
    const place = open.pop(), [word, ...rest] = tape[place];
    if (seen.has(place) || word === "leaf" || word === "number" || word === "real") continue;
    seen.add(place);
    const compared = word === "max" ? rest.map((at) => leafOf(graph, at)) : [];
    if (compared.length && compared.every((leaf) => leaf >= 0)) found.push(compared);
    open.push(...listOperands(word, rest));
  }
  return found;
}

// The entries that are the first largest of a window somewhere, each with the outputs that it wins.
function listWinners(graph, values) {
  const found = new Map();
  for (const tensor of graph.data.tensors.filter((t) => DRAWN.has(t.role) && t.results)) {
    tensor.subscripts.forEach((_, n) => {
      for (const compared of listMaxima(graph, tensor.first + n)) {
        const winner = compared[firstLargest(compared.map((leaf) => values[leaf]))];
        found.set(winner, [...(found.get(winner) ?? []), tensor.first + n]);
      }
    });
  }
  return found;
}

const hasMaxima = (graph) => graph.data.tape.some(([word]) => word === "max");

// All inputs and values that an entry was computed from.
function listField(graph, entry) {
  const found = new Set(), open = [entry];
  while (open.length) {
    for (const read of graph.reads[open.pop()] ?? []) {
      if (found.has(read) || !["input", "value"].includes(graph.owner[read].role)) continue;
      found.add(read);
      open.push(read);
    }
  }
  return found;
}

// The border of a set of cells {x, y, wide}: the sides on which no other one of the set lies.
function outlineCells(cells) {
  const at = new Set(cells.map(({ x, y }) => `${x} ${y}`));
  return cells.flatMap(({ x, y, wide }) => [
    at.has(`${x} ${y - CELL}`) ? "" : `M${x} ${y}h${wide}`,
    at.has(`${x} ${y + CELL}`) ? "" : `M${x} ${y + CELL}h${wide}`,
    at.has(`${x - wide} ${y}`) ? "" : `M${x} ${y}v${CELL}`,
    at.has(`${x + wide} ${y}`) ? "" : `M${x + wide} ${y}v${CELL}`,
  ]).join("");
}

// What is said of an entry's receptive field: how many entries of each tensor before it.
function describeField(graph, entry) {
  const field = [...listField(graph, entry)];
  if (!field.length) return [];
  const tensors = graph.data.tensors.filter((t) => field.some((read) => graph.owner[read] === t));
  const said = tensors.flatMap((t, n) => {
    const count = field.filter((read) => graph.owner[read] === t).length;
    return [n ? ", " : "", `${count} of ${t.subscripts.length} entries of `, math("math", {}, mathScripts(t.letter, "", t.layer))];
  });
  return [html("div", { class: "line small" }, html("span", { class: "quiet" }, "receptive field, outlined: "), ...said)];
}

// Of an entry that a maximum makes: who wins. `ask` turns the numbers on.
function describeMaxima(graph, values, entry, ask) {
  const maxima = listMaxima(graph, entry), name = (at) => math("math", {}, mathEntry(graph, at));
  if (!maxima.length) return [];
  if (values) {
    return maxima.map((compared) => {
      const winner = compared[firstLargest(compared.map((leaf) => values[leaf]))];
      return html("div", { class: "line" }, name(winner), " is the largest at these numbers: the gradient goes to it alone");
    });
  }
  const button = html("button", { type: "button", class: "link" }, "show numbers");
  button.addEventListener("click", ask);
  return [html("div", { class: "line" }, "which of them is the largest depends on the values: ", button)];
}
