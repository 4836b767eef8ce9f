// The parts of Python out of this very file, as blobs: no address is asked for.

async function takeInside(part, type) {
  const bytes = Uint8Array.from(atob(document.getElementById(`inside-${part}`).textContent), (c) => c.charCodeAt(0));
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b && type !== "application/octet-stream";
  if (!zipped) return new Blob([bytes], { type });
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type });
}

const INSIDE = {
  loader: "text/javascript", engine: "text/javascript", worker: "text/javascript",
  wasm: "application/octet-stream", library: "application/zip", packages: "application/octet-stream",
};

// The parts, and the address of the worker's script.
async function openInside() {
  const parts = Object.fromEntries(await Promise.all(Object.entries(INSIDE).map(async ([part, type]) => [part, await takeInside(part, type)])));
  const worker = URL.createObjectURL(parts.worker);
  delete parts.worker;
  // From a file on a disk no blob is a module for a worker; a script it is.
  return { parts, worker, type: "classic" };
}
