// The thread that runs Python: it unpacks the parts, and answers one question after the other.
// {start: parts, lock} begins; {ask, id, words} is answered by {id, answer} or {id, broken}.

const EXPECTED = "https://pyodide.invalid/"; // where Pyodide believes to come from; never asked
let answer = null;

const tell = (message) => postMessage(message);

// A part is the name of a file beside this one, or a blob where the page has all in itself.
const addressOf = (part) => (typeof part === "string" ? new URL(part, self.location.href).href : URL.createObjectURL(part));

async function readPart(part) {
  if (typeof part !== "string") return part.arrayBuffer();
  const found = await fetch(addressOf(part));
  if (!found.ok) throw new Error(`${part} cannot be loaded: ${found.status}`);
  const content = await found.arrayBuffer();
  tell({ stage: "loaded" });
  return content;
}

// Some hosts unpack what is compressed, others do not: the first two bytes tell.
async function unpackPart(part) {
  const content = await readPart(part), [first, second] = new Uint8Array(content, 0, 2);
  if (first !== 0x1f || second !== 0x8b) return content;
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// Files out of one: the length of an index, the index, and the bytes.
function unpackFiles(FS, content) {
  const length = new DataView(content).getUint32(0, true), made = new Set();
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 4, length)));
  for (const [name, [first, size]] of Object.entries(index)) {
    const path = `/app/${name}`, folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) { FS.mkdirTree(folder); made.add(folder); }
    FS.writeFile(path, new Uint8Array(content, 4 + length + first, size), { canOwn: true });
  }
}

async function start({ loader, engine, wasm, library, packages }, lock) {
  // Pyodide refuses threads that are no modules, as import() fails in some of them: not here.
  if (typeof loader !== "string") self.importScripts = undefined;
  const files = unpackPart(packages), code = unpackPart(wasm);
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    import(addressOf(loader)), import(addressOf(engine)),
  ]);
  // Pyodide asks for its machine code under a name of its own: it is here already.
  const ask = self.fetch.bind(self);
  self.fetch = async (address, ...rest) => {
    if (!String(address).endsWith("pyodide.asm.wasm")) return ask(address, ...rest);
    return new Response(await code, { headers: { "content-type": "application/wasm" } });
  };
  const python = await loadPyodide({
    indexURL: EXPECTED, createPyodideModule, lockFileContents: lock,
    stdLibURL: addressOf(library), env: { HOME: "/home", PYTHONHASHSEED: "0" },
  });
  self.fetch = ask;
  tell({ stage: "python" });
  unpackFiles(python.FS, await files);
  python.runPython("import sys; sys.path.insert(0, '/app')");
  answer = python.pyimport("symconv.docs.site.browser.answers").answer;
  tell({ stage: "ready" });
}

let started = null;
onmessage = async ({ data }) => {
  if (data.start) {
    started = start(data.start, data.lock);
    started.catch((error) => tell({ stage: "failed", error: String(error.message ?? error) }));
    return;
  }
  try {
    await started;
    tell({ id: data.id, began: true });
    tell({ id: data.id, answer: answer(data.ask, ...data.words) });
  } catch (error) {
    tell({ id: data.id, broken: String(error.message ?? error).trim().split("\n").at(-1) });
  }
};
