// The tape of a network: every operation of both passes, in the order in which Python runs them.

const RUN = {
  number: (at, text) => { const [n, d] = text.split("/"); return fraction(BigInt(n), BigInt(d || 1)); },
  real: (at, text) => Number(text),
  "+": (at, a, b) => addNumbers(at(a), at(b)),
  "*": (at, a, b) => multiplyNumbers(at(a), at(b)),
  call: (at, name, a) => callFunction(name, at(a)),
  power: (at, text, a) => raiseNumber(at(a), RUN.number(at, text)),
  max: (at, ...all) => { const values = all.map(at); return values[firstLargest(values)]; },
  logsumexp: (at, ...all) => logSumExp(all.map(at)),
  winner: (at, n, ...all) => (firstLargest(all.map(at)) === n ? ONE : ZERO),
  label: (at, n, a) => (compareNumbers(at(a), fraction(BigInt(n))) === 0 ? ONE : ZERO),
};

// The value of every entry, by its number; `given` holds those of the entries without a result.
// Tensors come in the order of the tape, so that what an entry reads is there before it.
function runTape(data, given) {
  const values = [...given], known = new Array(data.tape.length);
  const at = (place) => {
    if (known[place] === undefined) {
      const [word, ...rest] = data.tape[place];
      known[place] = word === "leaf" ? values[rest[0]] : RUN[word](at, ...rest);
    }
    return known[place];
  };
  for (const tensor of data.tensors) {
    (tensor.results || []).forEach((place, n) => { values[tensor.first + n] = at(place); });
  }
  return values;
}

// The entries that an operation reads.
function listReads(data, place) {
  const found = new Set(), seen = new Set(), open = [place];
  while (open.length) {
    const next = open.pop();
    if (seen.has(next)) continue;
    seen.add(next);
    const [word, ...rest] = data.tape[next];
    if (word === "leaf") found.add(rest[0]);
    else if (!["number", "real"].includes(word)) open.push(...listOperands(word, rest));
  }
  return [...found].sort((a, b) => a - b);
}

function listOperands(word, rest) {
  if (word === "+" || word === "*" || word === "max" || word === "logsumexp") return rest;
  return rest.slice(1).filter((x) => typeof x === "number");
}

// An operation as a sum of products: [{coefficient, factors}], a factor being a place of the tape.
function listTerms(data, place) {
  const [word, ...rest] = data.tape[place];
  if (word === "+") return [...listTerms(data, rest[0]), ...listTerms(data, rest[1])];
  const term = { coefficient: ONE, factors: [] };
  const gather = (at) => {
    const [name, a, b] = data.tape[at];
    if (name === "number") term.coefficient = multiplyNumbers(term.coefficient, RUN.number(null, a));
    else if (name === "*") { gather(a); gather(b); } else term.factors.push(at);
  };
  gather(place);
  return isZero(term.coefficient) ? [] : [term];
}
