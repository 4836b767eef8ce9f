// Formulas as MathML, built node by node: no text of a network or a claim is ever read as markup.

const MATHML = "http://www.w3.org/1998/Math/MathML";

function makeNode(space, name, attributes = {}, ...children) {
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const math = (name, attributes, ...children) => makeNode(MATHML, name, attributes, ...children);
const html = (name, attributes, ...children) =>
  makeNode("http://www.w3.org/1999/xhtml", name, attributes, ...children);
const sign = (text) => math("mo", {}, text);

function mathScripts(letter, below, above) {
  const base = math("mi", {}, letter);
  const script = (text) => math("mn", {}, text);
  if (below && above) return math("msubsup", {}, base, script(below), script(above));
  if (below) return math("msub", {}, base, script(below));
  return above ? math("msup", {}, base, script(above)) : base;
}

// w_1^1, or dC/dw_1^1 as a fraction for the entry of a delta or a gradient.
function mathEntry(graph, entry) {
  const tensor = graph.owner[entry];
  const plain = mathScripts(tensor.letter, tensor.subscripts[entry - tensor.first], tensor.layer);
  if (!tensor.of) return plain;
  const d = () => math("mi", { mathvariant: "normal" }, "∂");
  const cost = graph.byKey[graph.data.cost] ?? { letter: graph.data.cost };
  return math("mfrac", {}, math("mrow", {}, d(), mathScripts(cost.letter, "", cost.layer)), math("mrow", {}, d(), plain));
}

// A number; a fraction as one, so that what follows does not seem to stand below its line.
function mathNumber(x) {
  const text = showNumber(x), parts = text.split("/").map((part) => math("mn", {}, part));
  return parts.length > 1 ? math("mfrac", {}, ...parts) : parts[0];
}

const CALLED = { relu: "max", sigmoid: "σ", absolute: "abs" };

// What an operation computes. A sum is put in parentheses unless it stands alone.
function mathOperation(graph, place, alone = false) {
  const [word, ...rest] = graph.data.tape[place];
  const sub = (at) => mathOperation(graph, at, true);
  switch (word) {
    case "leaf": return mathEntry(graph, rest[0]);
    case "number": return mathNumber(RUN.number(null, rest[0]));
    case "real": return math("mn", {}, showNumber(Number(rest[0])));
    case "call": {
      if (rest[0] === "step") return math("mrow", {}, sign("["), sub(rest[1]), sign(">"), math("mn", {}, "0"), sign("]"));
      const inside = rest[0] === "relu" ? [math("mn", {}, "0"), sign(","), sub(rest[1])] : [sub(rest[1])];
      return math("mrow", {}, math("mi", { mathvariant: "normal" }, CALLED[rest[0]] ?? rest[0]), sign("("), ...inside, sign(")"));
    }
    case "power": {
      const exponent = RUN.number(null, rest[0]);
      if (exponent.n === 1n && exponent.d === 2n) return math("msqrt", {}, sub(rest[1]));
      if (exponent.n === -1n && exponent.d === 1n) return math("mfrac", {}, math("mn", {}, "1"), sub(rest[1]));
      return math("msup", {}, mathOperation(graph, rest[1]), mathNumber(exponent));
    }
    case "winner": return math("mrow", {}, sign("["), sub(rest[rest[0] + 1]), math("mtext", {}, "\u00a0is largest"), sign("]"));
    case "label": return math("mrow", {}, sign("["), sub(rest[1]), sign("="), math("mn", {}, String(rest[0])), sign("]"));
    case "max":
    case "logsumexp": {
      const inside = rest.flatMap((at, n) => [...(n ? [sign(",")] : []), sub(at)]);
      return math("mrow", {}, math("mi", { mathvariant: "normal" }, word), sign("("), ...inside, sign(")"));
    }
  }
  const written = mathTerms(graph, listTerms(graph.data, place));
  return alone || word === "*" ? written : math("mrow", {}, sign("("), written, sign(")"));
}

// A product: its number, where it is not 1, and its factors; entries first, in the network's order.
function mathProduct(graph, { coefficient, factors }) {
  const size = coefficient.n < 0n ? fraction(-coefficient.n, coefficient.d) : coefficient;
  const order = (place) => (leafOf(graph, place) < 0 ? 1e9 + place : isDerivative(graph, leafOf(graph, place)) ? -1 : leafOf(graph, place));
  const sorted = [...factors].sort((a, b) => order(a) - order(b));
  const shown = compareNumbers(size, ONE) !== 0 || !sorted.length ? [mathNumber(size)] : [];
  return math("mrow", {}, ...shown, ...sorted.flatMap((place, n) => {
    const gap = n || shown.length ? [math("mspace", { width: "0.16em" })] : [];
    return [...gap, mathOperation(graph, place)];
  }));
}

// A sum of products; of a long one the first terms.
function mathTerms(graph, terms) {
  if (!terms.length) return math("mn", {}, "0");
  const shown = terms.slice(0, MOST_TERMS).flatMap((term, n) => {
    const below = term.coefficient.n < 0n;
    return [...(n || below ? [sign(below ? "−" : "+")] : []), mathProduct(graph, term)];
  });
  const more = terms.length > MOST_TERMS ? [math("mtext", {}, ` + … (${terms.length} terms)`)] : [];
  return math("mrow", {}, ...shown, ...more);
}

// dC/d(entry) = common factor times a sum whose terms carry the colours and numbers of their paths.
// A list of small formulas, so that a long sum goes on in the next line.
function mathGradient(graph, entry) {
  const { common, coefficient, rest } = takeCommon(graph, listGradientTerms(graph, entry));
  const numbered = rest.length > 1, alone = rest.length === 1 && !rest[0].factors.length;
  const outside = common.length > 0 || compareNumbers(coefficient, ONE) !== 0;
  const whole = (...parts) => math("math", { displaystyle: "true" }, ...parts);
  const open = outside && numbered ? [math("mo", { stretchy: "false" }, "(")] : [];
  const head = outside ? [mathProduct(graph, { coefficient, factors: common })] : [];
  const parts = [whole(mathEntry(graph, derivativeOf(graph, entry)), sign("="), ...head, ...open)];
  rest.slice(0, alone && outside ? 0 : MOST_TERMS).forEach((term, n) => {
    const below = term.coefficient.n < 0n;
    const plus = n || below ? [sign(below ? "−" : "+")] : [];
    const number = numbered ? [html("span", { class: "badge" }, String(n + 1))] : [];
    parts.push(html("span", { class: "whole" }, ...(plus.length ? [whole(...plus)] : []), html("span", { class: `term path${n % PATH_COLOURS}` }, ...number, whole(mathProduct(graph, term)))));
  });
  if (rest.length > MOST_TERMS) parts.push(html("span", {}, ` + … (${rest.length} terms)`));
  if (open.length) parts.push(whole(math("mo", { stretchy: "false" }, ")")));
  if (!rest.length) parts.push(whole(math("mn", {}, "0")));
  return parts;
}

// Colours that differ for all eyes, in both schemes; numbers tell the others apart.
const PATH_COLOURS = 6;
// Terms of a sum that are written out: more are not read.
const MOST_TERMS = 30;
