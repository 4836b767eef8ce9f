// What an entry of a network has to do with the others, read off the tape.

// Tables over all entries: their tensors, what each is computed from, and who reads it.
function makeGraph(data) {
  data.tape = [...data.tensors.flatMap((t) => t.subscripts.map((_, n) => ["leaf", t.first + n])), ...data.tape];
  const graph = { data, owner: [], reads: [], readers: [], byKey: {}, derivative: {} };
  for (const tensor of data.tensors) {
    graph.byKey[tensor.key] = tensor;
    if (tensor.of) graph.derivative[tensor.of] = tensor;
    tensor.subscripts.forEach((_, n) => {
      graph.owner[tensor.first + n] = tensor;
      graph.readers[tensor.first + n] = [];
    });
  }
  for (const tensor of data.tensors) {
    tensor.subscripts.forEach((_, n) => {
      const entry = tensor.first + n;
      graph.reads[entry] = tensor.results ? listReads(data, tensor.results[n]) : [];
      for (const read of graph.reads[entry]) graph.readers[read].push(entry);
    });
  }
  return graph;
}

const isDerivative = (graph, entry) => Boolean(graph.owner[entry].of);

// The entry of the network that an entry of a delta or a gradient belongs to.
function baseOf(graph, entry) {
  const tensor = graph.owner[entry];
  return tensor.of ? graph.byKey[tensor.of].first + entry - tensor.first : entry;
}

// dC/d(entry), where it was derived; -1 for a target, the cost, a label, or an output without a cost,
// whose error signal is given.
function derivativeOf(graph, entry) {
  const tensor = graph.owner[entry], found = graph.derivative[tensor.key];
  return found?.results ? found.first + entry - tensor.first : -1;
}

const resultOf = (graph, entry) => graph.owner[entry].results[entry - graph.owner[entry].first];
const leafOf = (graph, place) => (graph.data.tape[place][0] === "leaf" ? graph.data.tape[place][1] : -1);

// The terms of dC/d(entry); error signals that are one product are put in, as far as that goes.
// Each term: {coefficient, factors, signals}: the outputs that its path goes through, in order.
function listGradientTerms(graph, entry) {
  const derivative = derivativeOf(graph, entry);
  if (derivative < 0) return [];
  return listTerms(graph.data, resultOf(graph, derivative)).map((term) => expandTerm(graph, term));
}

function expandTerm(graph, { coefficient, factors }) {
  const signals = [];
  for (let open = true; open; ) {
    open = false;
    for (const place of factors) {
      const leaf = leafOf(graph, place);
      if (leaf < 0 || !isDerivative(graph, leaf)) continue;
      if (!signals.includes(baseOf(graph, leaf))) signals.push(baseOf(graph, leaf));
      if (!graph.owner[leaf].results) continue;
      const inner = listTerms(graph.data, resultOf(graph, leaf));
      if (inner.length !== 1) continue;
      coefficient = multiplyNumbers(coefficient, inner[0].coefficient);
      factors = [...factors.filter((other) => other !== place), ...inner[0].factors];
      open = true;
      break;
    }
  }
  return { coefficient, factors, signals };
}

// What all terms have in common, and the rest of each; of one term, its error signals.
function takeCommon(graph, terms) {
  if (!terms.length) return { common: [], coefficient: ONE, rest: [] };
  const isSignal = (place) => leafOf(graph, place) >= 0 && isDerivative(graph, leafOf(graph, place));
  const shared = (place) => (terms.length === 1 ? isSignal(place) : terms.every((t) => t.factors.includes(place)));
  const common = terms[0].factors.filter(shared);
  const same = terms.every((t) => compareNumbers(t.coefficient, terms[0].coefficient) === 0);
  return {
    common,
    coefficient: same ? terms[0].coefficient : ONE,
    rest: terms.map((t) => ({
      coefficient: same ? ONE : t.coefficient,
      signals: t.signals,
      factors: t.factors.filter((place) => !common.includes(place)),
    })),
  };
}

// One path for each term: the outputs it goes through and the entries that it is multiplied with,
// in the order of the network. What all paths share has no number.
function listPaths(graph, entry) {
  const { common, rest } = takeCommon(graph, listGradientTerms(graph, entry));
  const leaves = common.map((place) => leafOf(graph, place)).filter((leaf) => leaf >= 0);
  const ends = new Set(leaves.map((leaf) => baseOf(graph, leaf)));
  const isShared = (output) => ends.has(output) || (rest.length > 1 && rest.every((t) => t.signals.includes(output)));
  return rest.map((term, number) => {
    const own = term.signals.filter((output) => !isShared(output));
    const read = term.factors.flatMap((place) => listReads(graph.data, place));
    return {
      number,
      outputs: own.length ? own : term.signals.slice(0, 1),
      partners: [...new Set(read)].filter((leaf) => !isDerivative(graph, leaf) && !ends.has(leaf)),
    };
  });
}

// Everything on the way from an entry to the cost, without the derivatives.
function listLater(graph, entry) {
  const found = new Set(), open = [entry];
  while (open.length) {
    for (const next of graph.readers[open.pop()]) {
      if (!found.has(next) && !isDerivative(graph, next) && graph.owner[next].role !== "mask") {
        found.add(next);
        open.push(next);
      }
    }
  }
  return found;
}
