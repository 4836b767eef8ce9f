// What is chosen on the page, and what is said of it.

// `options`: `derivations` shows, or leads to, the derivation of what is looked at; `explored` gives
// the layers that can be explored, and `signal` ends what listens beyond the host.
function startPage(data, host, options = {}) {
  const derivations = options.derivations ?? new Derivations();
  const packed = options.derivations ? async () => [] : async () => (await unpackDerivations()).explored;
  const parts = { derivations, explorer: new Explorer(options.explored ?? packed), signal: options.signal };
  return data.folded ? startFolded(data, host, parts) : startEntries(data, host, parts);
}

function startEntries(data, host, { derivations, explorer, signal }) {
  const graph = makeGraph(data);
  const state = { entry: firstEntry(graph), over: null, overlay: Boolean(data.claim), values: null, given: null };
  const picture = new Picture(graph, state, choose);
  const words = html("section", { class: "words", "aria-live": "polite" });
  const linked = new LinkedNumbers(host, signal);
  derivations.shown = () => linked.light();
  const tools = html("div", { class: "tools" });

  function say() {
    const entry = state.over ?? state.entry, derivative = derivativeOf(graph, entry);
    describe(graph, state, words, { enter, ask: () => tools.querySelector("#numbers").click() });
    linked.light();
    derivations.about(derivative >= 0 ? graph.owner[derivative].number : "");
  }

  function choose(entry, how) {
    if (how === "over") state.over = entry;
    else [state.entry, state.over] = [entry, null];
    picture.mark();
    say();
  }

  // A number that is typed: both passes are run again.
  function enter(entry, value) {
    state.given[entry] = value;
    state.values = runTape(data, state.given);
    picture.showValues();
    say();
  }

  function toggle(id, label, on, act) {
    const box = html("input", { type: "checkbox", id });
    box.checked = on;
    box.addEventListener("change", () => { act(box.checked); picture.draw(); say(); });
    tools.append(html("span", {}, box, html("label", { for: id }, label)));
  }

  if (data.claim) toggle("overlay", "the claim over the truth", true, (on) => { state.overlay = on; });
  const showNumbers = (on) => {
    state.given ??= data.numbers ? data.numbers.map((x) => x && readNumber(x)) : drawNumbers(graph);
    state.values = on ? runTape(data, state.given) : null;
  };
  showNumbers(Boolean(data.numbers));
  toggle("numbers", "numbers", Boolean(data.numbers), showNumbers);
  host.replaceChildren(tools, picture.host, drawLegend(graph), words, derivations.host, explorer.host);
  picture.draw();
  say();
  let width = host.clientWidth;
  addEventListener("resize", () => {
    if (host.clientWidth !== width) { width = host.clientWidth; picture.draw(); }
  }, { signal });
  return { graph, state, picture };
}

// What the lines of the picture mean.
function drawLegend(graph) {
  const { claim } = graph.data, kinds = [["path0", "a product of the true gradient: it goes through the output that makes it"]];
  const drawn = claim?.entry >= 0;
  if (drawn && claim.spurious_entries.length) kinds.push(["spurious", "a product that is claimed and not true: no output makes it"]);
  if (drawn && claim.missing_entries.length) kinds.push(["missing", "a true product that the claim lacks"]);
  const sample = (kind) => svg("svg", { width: 34, height: 8, "aria-hidden": "true", class: "sample" }, svg("path", { d: "M2 4H32", class: kind }));
  const winner = hasMaxima(graph) ? [html("span", {}, "▲ the largest of its window, where numbers are shown")] : [];
  return html("p", { class: "legend" }, ...kinds.map(([kind, said]) => html("span", {}, sample(kind), said)), ...winner);
}

// What the claim is about, else the first weight, else the first entry with a gradient.
function firstEntry(graph) {
  const { claim, tensors } = graph.data;
  if (claim && claim.entry >= 0) return claim.entry;
  const has = (t) => graph.derivative[t.key];
  const found = tensors.find((t) => t.role === "parameter" && has(t)) || tensors.find((t) => DRAWN.has(t.role) && has(t));
  return found ? found.first : 0;
}

// Small numbers to begin with: labels are classes, everything else repeats -2 ... 3.
function drawNumbers(graph) {
  const given = [];
  for (const tensor of graph.data.tensors) {
    tensor.subscripts.forEach((_, n) => {
      given[tensor.first + n] = tensor.results ? null : fraction(BigInt(tensor.classes ? n % tensor.classes : ((n * 5 + tensor.first) % 6) - 2));
    });
  }
  return given;
}

function describe(graph, state, words, { enter, ask }) {
  const entry = state.over ?? state.entry, tensor = graph.owner[entry];
  const lines = [html("h2", {}, html("span", { class: "role" }, `${ROLES[tensor.role]} `), html("span", {}, math("math", {}, mathEntry(graph, entry))))];
  if (derivativeOf(graph, entry) >= 0) lines.push(...describeGradient(graph, entry));
  if (tensor.results) {
    const written = math("math", { displaystyle: "true" }, mathEntry(graph, entry), sign("="), mathOperation(graph, resultOf(graph, entry), true));
    lines.push(html("h3", {}, `${tensor.title || "value"} `, ...(tensor.number ? [writeNumber(tensor.number)] : [])), html("div", { class: "line" }, written));
    lines.push(...describeMaxima(graph, state.values, entry, ask), ...describeField(graph, entry));
  }
  lines.push(...describeCode(graph, entry));
  if (state.values) lines.push(describeValues(graph, state, entry, enter));
  words.replaceChildren(...lines);
  reachScrolled(words);
}

// What scrolls can be reached by the keyboard.
function reachScrolled(host) {
  const nodes = [...host.querySelectorAll(".line, .derivation, .scroll, pre")];
  // All are measured before one is changed: the page is laid out once.
  for (const node of nodes.filter((node) => node.scrollWidth > node.clientWidth)) node.setAttribute("tabindex", 0);
}

// Error signals and masks of a formula that are said below it.
const MOST_EXPLAINED = 6;
const isExplained = (graph, entry) => Boolean(graph.owner[entry].results) && (isDerivative(graph, entry) || graph.owner[entry].role === "mask");

function describeGradient(graph, entry) {
  const { number } = graph.owner[derivativeOf(graph, entry)];
  const lines = [html("h3", {}, "gradient ", writeNumber(number)), html("div", { class: "line gradient" }, ...mathGradient(graph, entry))];
  const { common, rest } = takeCommon(graph, listGradientTerms(graph, entry));
  const signals = [...new Set([...common, ...rest.flatMap((t) => t.factors)].map((place) => leafOf(graph, place)))].filter((leaf) => leaf >= 0 && isExplained(graph, leaf));
  for (const signal of signals.slice(0, MOST_EXPLAINED)) {
    lines.push(html("div", { class: "line small" }, html("span", { class: "quiet" }, "with "), math("math", {}, mathEntry(graph, signal), sign("="), mathOperation(graph, resultOf(graph, signal), true))));
  }
  return lines;
}

function describeCode(graph, entry) {
  const derivative = derivativeOf(graph, entry);
  return describeLines(graph.data, [graph.owner[entry].number, derivative >= 0 ? graph.owner[derivative].number : ""]);
}

// The lines of the generated module that compute these equations.
function describeLines({ code }, numbers) {
  const known = numbers.filter((number) => code[number]);
  const span = (number) => html("span", { role: "button", tabindex: 0, "data-equation": number }, code[number].join("\n"));
  const numbered = known.flatMap((number, n) => [n ? " and " : "", writeNumber(number)]);
  return known.length ? [html("h3", {}, `in NumPy, ${known.length > 1 ? "equations" : "equation"} `, ...numbered), html("pre", {}, ...known.map(span))] : [];
}

function describeValues(graph, state, entry, enter) {
  const row = html("div", { class: "line values" }), tensor = graph.owner[entry];
  if (tensor.results) row.append(math("math", {}, mathEntry(graph, entry), sign("="), math("mn", {}, showNumber(state.values[entry]))));
  else {
    const id = "value", box = html("input", { id, "aria-label": `the number of ${spoken(graph, entry)}`, size: 9, inputmode: "decimal", autocomplete: "off" });
    box.value = showNumber(state.values[entry]);
    box.addEventListener("change", () => {
      const value = parseNumber(box.value);
      if (value) enter(entry, value);
      else box.setAttribute("aria-invalid", "true");
    });
    row.append(html("label", { for: id }, math("math", {}, mathEntry(graph, entry), sign("="))), box);
  }
  const derivative = derivativeOf(graph, entry);
  if (derivative >= 0) row.append(math("math", {}, mathEntry(graph, derivative), sign("="), math("mn", {}, showNumber(state.values[derivative]))));
  return row;
}
