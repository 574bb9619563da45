// The service worker: the whole app from this phone after the first visit. The build fills in the two marks below.
//
// - A version is fetched whole beside the one in use, every file checked by its hash (a captive portal's page and a
//   half-changed centre do not get in); what was fetched before an interruption is not fetched again.
// - It then waits until the officer restarts or the app is next started cold, so never in mid-patrol.
// - The former version stays until the new one has once said `started`. One that cannot start is left for the
//   former after two tries: a bad release costs the officer two reloads and not the app.
//
// What the centre says (`/api`) and the base map lie outside its scope: neither answered nor kept here.

const VERSION = '__VERSION__';
/** Every file of this version, with its SHA-256. */
const FILES = JSON.parse('__FILES__');
const ROOT = '/field/';
const PAGE = `${ROOT}index.html`;
const PREFIX = 'tala-field-';
const KEPT = PREFIX + VERSION;
/** What is fetched when first needed: parts of a font that most phones have themselves. */
const ON_DEMAND = /\/assets\/noto-sans-sc[^/]*\.woff2$/;
/** Fetched at once; a sync goes on beside it over a weak link. */
const AT_ONCE = 2;
const TRIES = 2;
const NOTES_IN = 'tala-notes';
const NOTES_AT = '/field-notes/versions.json';
const NO_NOTES = { active: null, proven: null, tries: 0, sweep: false };
/** The stored headers say what the centre varies by; the hash has said that the bytes are right. */
const EXACT = { ignoreVary: true };

self.addEventListener('install', (event) => event.waitUntil(makeRoom().then(keepWhole)));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

self.addEventListener('message', (event) => {
  if (event.data === 'restart') self.skipWaiting();
  if (event.data === 'started') event.waitUntil(started(event.source));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.protocol === 'blob:' || url.protocol === 'data:') return;
  // Nothing of this app asks another origin; if something tries, it does not leave the phone.
  if (url.origin !== self.location.origin) event.respondWith(Response.error());
  else if (request.method !== 'GET' || request.headers.has('range')) return;
  else if (url.pathname.startsWith(ROOT)) event.respondWith(answer(request, url.pathname));
});

/** From this phone, and from the network what is not there. */
async function answer(request, path) {
  try {
    const kept = request.mode === 'navigate' ? await page() : await file(path);
    if (kept) return kept;
  } catch {
    // The browser's storage is out of order: the network is what is left.
  }
  const fetched = await fetch(request);
  if (fetched.status === 200 && ON_DEMAND.test(path)) {
    const cache = await caches.open(KEPT).catch(() => null);
    await cache?.put(path, fetched.clone()).catch(() => undefined);
  }
  return fetched;
}

/** The page of this version, or of the former one where this one did not start. */
async function page() {
  const notes = await readNotes();
  if (notes.proven !== null && notes.proven !== VERSION) {
    if (notes.tries <= TRIES) await writeNotes({ ...notes, tries: notes.tries + 1 });
    const former = notes.tries >= TRIES && (await keptIn(PREFIX + notes.proven, PAGE));
    if (former) return former;
  }
  return keptIn(KEPT, PAGE);
}

/** A page that is still open, or the former version, asks for its own parts: their names hold their hash. */
async function file(path) {
  return (
    (await keptIn(KEPT, path)) ?? (path.startsWith(`${ROOT}assets/`) ? caches.match(path, EXACT) : undefined)
  );
}

async function keptIn(name, path) {
  return (await caches.open(name)).match(path, EXACT);
}

/** Lets go of what was begun of versions that are no longer offered. One that waits has its files to lose. */
async function makeRoom() {
  const { active, proven } = await readNotes().catch(() => NO_NOTES);
  if (self.registration.waiting) return;
  await forgetAllBut([KEPT, PREFIX + active, PREFIX + proven]).catch(() => undefined);
}

/** Fetches what is missing of this version. Rejects where that does not succeed, and goes on from there later. */
async function keepWhole() {
  try {
    const cache = await caches.open(KEPT);
    const missing = await missingIn(cache);
    const of = Object.keys(FILES).length;
    let done = of - missing.length;
    const lane = async () => {
      for (let path = missing.pop(); path !== undefined; path = missing.pop()) {
        await cache.put(ROOT + path, await checked(path));
        done += 1;
        await tell({ app: 'fetching', done, of });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    await tell({ app: 'fetched' });
  } catch (error) {
    const why = whyNot(error);
    // Half an app is of no use, and what it takes is missing for records.
    if (why === 'full') await caches.delete(KEPT);
    await tell({ app: 'failed', why });
    throw error;
  }
}

async function missingIn(cache) {
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  return Object.keys(FILES).filter((path) => !there.has(ROOT + path));
}

/** A file whose bytes are those of this version: out of another one, out of the browser's cache, or fetched. */
async function checked(path) {
  const kept = await caches.match(ROOT + path, EXACT);
  if (kept && (await isRight(kept, path))) return kept;
  for (const cache of ['default', 'reload']) {
    const fetched = await fetch(new Request(ROOT + path, { cache, priority: 'low' }));
    if (fetched.status === 200 && !fetched.redirected && (await isRight(fetched, path))) return fetched;
  }
  throw new TypeError(`${path} is not that of ${VERSION}`);
}

async function isRight(response, path) {
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest))) === FILES[path];
}

/** A fetch that failed is a `TypeError`. Whatever else failed is the browser's storage. */
function whyNot(error) {
  if (error?.name === 'QuotaExceededError') return 'full';
  return error instanceof TypeError ? 'offline' : 'refused';
}

async function takeOver() {
  const notes = await readNotes();
  await writeNotes({ ...notes, active: VERSION, tries: 0, sweep: true });
  await self.clients.claim();
}

/** A page runs: this version is proved, and nothing else need be kept. */
async function started(source) {
  const notes = await readNotes();
  const former = notes.proven !== null && notes.proven !== VERSION && notes.tries > TRIES;
  if (!former) await prove(notes);
  const missing = await missingIn(await caches.open(KEPT));
  source?.postMessage({ app: 'running', former, whole: missing.length === 0 });
  // The browser lost a file: this version is made whole again, also while it runs.
  if (missing.length > 0) await keepWhole().catch(() => undefined);
}

async function prove(notes) {
  // Another window may be of a former version, and the next one may be on its way here.
  const windows = await self.clients.matchAll({ type: 'window' });
  const alone = windows.length <= 1 && !self.registration.installing && !self.registration.waiting;
  const sweep = notes.sweep && !alone;
  if (notes.sweep && alone) await forgetAllBut([KEPT]);
  if (notes.proven !== VERSION || notes.sweep !== sweep) {
    await writeNotes({ active: VERSION, proven: VERSION, tries: 0, sweep });
  }
}

async function forgetAllBut(wanted) {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && !wanted.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function readNotes() {
  const found = await keptIn(NOTES_IN, NOTES_AT);
  return found ? { ...NO_NOTES, ...(await found.json()) } : NO_NOTES;
}

async function writeNotes(notes) {
  const cache = await caches.open(NOTES_IN);
  await cache.put(NOTES_AT, new Response(JSON.stringify(notes)));
}

async function tell(what) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const window of windows) window.postMessage(what);
}
