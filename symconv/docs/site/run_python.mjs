// node run_python.mjs PYODIDE SCRIPT NAME=FOLDER...: a script in a Python of WebAssembly.
// Each folder is mounted as /NAME. The exit code is 1 where the script raises.
import { readFileSync } from "node:fs";

const [, , pyodide, script, ...folders] = process.argv;
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
// One seed of hashes: sets are written into compiled modules in an order that depends on it.
const python = await loadPyodide({ indexURL: pyodide, env: { PYTHONHASHSEED: "0", HOME: "/home" } });
for (const given of folders) {
  const [name, folder] = given.split("=");
  python.FS.mkdirTree(`/${name}`);
  python.mountNodeFS(`/${name}`, folder);
}
try {
  python.runPython(readFileSync(script, "utf8"));
} catch (error) {
  console.error(String(error.message ?? error).slice(-4000));
  process.exit(1);
}
process.exit(0);
