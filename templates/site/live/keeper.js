// The service worker: it keeps the site and the parts of Python, so that they open without a network.

const { name, files } = SETUP;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((kept) => kept.addAll(files)).then(() => self.skipWaiting()));
});

// What an older build has kept goes.
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => names.filter((other) => other.startsWith("symconv-") && other !== name));
  event.waitUntil(old.then((names) => Promise.all(names.map((other) => caches.delete(other)))).then(() => self.clients.claim()));
});

// A name with a hash never changes: what is kept is right. All else is asked for first.
self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  // A folder is its first page.
  const asked = address.pathname.endsWith("/") ? `${address.pathname}index.html` : request;
  const find = () => caches.open(name).then((kept) => kept.match(asked, { ignoreSearch: true }));
  const hashed = /-[0-9a-f]{12}\.\w+$/.test(address.pathname);
  event.respondWith(hashed ? find().then((found) => found ?? fetch(request)) : fetch(request).catch(() => find().then((found) => found ?? Response.error())));
});
