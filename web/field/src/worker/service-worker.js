// The service worker: the whole app from this phone after the first visit. The build fills in the two marks below.
// A new version waits until the officer restarts; it never takes over in mid-patrol.

const VERSION = '__VERSION__';
const FILES = JSON.parse('__FILES__');
const ROOT = '/field/';
const KEPT = `tala-field-${VERSION}`;
/** What is fetched when first needed: parts of a font that most phones have themselves. */
const ON_DEMAND = /\/assets\/noto-sans-sc[^/]*\.woff2$/;

self.addEventListener('install', (event) => {
  const requests = FILES.map((path) => new Request(ROOT + path, { cache: 'reload' }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(requests)));
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith('tala-field-') && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener('message', (event) => {
  if (event.data === 'restart') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.protocol === 'blob:' || url.protocol === 'data:') return;
  // Nothing of this app asks another origin; if something tries, it does not leave the phone.
  if (url.origin !== self.location.origin) event.respondWith(Response.error());
  else if (request.method === 'GET' && url.pathname.startsWith(ROOT)) event.respondWith(answer(request, url));
});

async function answer(request, url) {
  const cache = await caches.open(KEPT);
  const path = request.mode === 'navigate' ? `${ROOT}index.html` : url.pathname;
  const kept = await cache.match(path);
  if (kept) return kept;
  const fetched = await fetch(request);
  if (fetched.ok && ON_DEMAND.test(url.pathname)) await cache.put(path, fetched.clone());
  return fetched;
}
