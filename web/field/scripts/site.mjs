// One origin as a centre is for the officer's app: built pages under /field/, an answer under /api/, a base map in
// ranges; with the headers that the centre sends. It can be taken off the network, cut in the middle, or held up.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { root } from './browser.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** The content policy of the officer's app, read where the server has it. */
export function contentPolicy() {
  const source = readFileSync(join(root, '../../server/src/http/web.rs'), 'utf8');
  const found = /const FIELD_CSP: &str = "([^"]+)"/.exec(source);
  return found[1].replace(/\\\n\s*/g, '');
}

/** Serves `folder`, and `archive` as the base map. */
export async function openSite(folder, archive = null) {
  const policy = contentPolicy();
  const state = { folder, archive, edition: '"1"', cut: () => false, held: () => false, portal: () => false };
  const requests = [];
  let release = [];

  const server = createServer(async (asked, answer) => {
    const path = new URL(asked.url, 'http://x').pathname;
    requests.push({ path, range: asked.headers.range ?? null });
    answer.setHeader('content-security-policy', policy);
    if (state.held(path, asked.headers.range)) await new Promise((go) => release.push(go));
    if (state.cut(path)) answer.writeHead(200, { 'content-length': 1_000_000 }).write('half');
    if (state.cut(path)) return void setTimeout(() => asked.socket.destroy(), 20);
    if (path === '/basemap.pmtiles') return basemap(asked, answer, state);
    if (path.startsWith('/api/'))
      return send(answer, '.json', 'private, no-store', '{"secret":"of the centre"}');
    if (state.portal(path))
      return send(answer, '.html', 'no-cache', '<title>Sign in to this network</title>');
    file(path, answer, state.folder);
  });
  const up = (port) => new Promise((done) => server.listen(port, '127.0.0.1', done));
  await up(0);
  const { port } = server.address();

  return {
    url: `http://127.0.0.1:${port}`,
    state,
    requests,
    /** Paths asked for since the last call. */
    asked: () => requests.splice(0).map(({ path }) => path),
    go: () => {
      state.held = () => false;
      for (const one of release) one();
      release = [];
    },
    /** No network: nothing listens any more. */
    down: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
    up: () => up(port),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function file(path, answer, folder) {
  const inside = normalize(path.replace(/^\/field\//, '/'));
  const place = join(folder, inside === '/' ? 'index.html' : inside);
  if (!path.startsWith('/field/') || !place.startsWith(folder) || !existsSync(place)) {
    answer.writeHead(404).end();
    return;
  }
  const caching = inside.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  send(answer, extname(place), caching, readFileSync(place));
}

function send(answer, extension, caching, body) {
  const type = TYPES[extension] ?? 'application/octet-stream';
  answer
    .writeHead(200, { 'content-type': type, 'cache-control': caching, vary: 'accept-encoding' })
    .end(body);
}

function basemap(asked, answer, { archive, edition }) {
  const range = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '');
  if (archive === null || range === null) return void answer.writeHead(archive === null ? 404 : 416).end();
  const [from, until] = [Number(range[1]), Math.min(Number(range[2]), archive.length - 1)];
  answer.writeHead(206, {
    'content-type': 'application/octet-stream',
    'content-range': `bytes ${from}-${until}/${archive.length}`,
    etag: edition,
  });
  answer.end(archive.subarray(from, until + 1));
}

/** What Chromium asks for by itself, whatever pages it shows. */
const BROWSERS_OWN =
  /^(http:\/\/)?((update|content-autofill|optimizationguide-pa|safebrowsing)\.googleapis|(accounts|clients\d|www)\.google|\w+\.gvt1)\.com[:/]/;

/** A proxy that lets nothing through and remembers who asked: whatever a browser says to another origin. */
export async function openTrap() {
  const caught = [];
  const server = createServer((asked, answer) => {
    caught.push(asked.url);
    answer.writeHead(502).end();
  });
  server.on('connect', (asked, socket) => {
    caught.push(asked.url);
    socket.destroy();
  });
  const ofPages = () => caught.filter((url) => !BROWSERS_OWN.test(url));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, ofPages, stop: () => server.close() };
}
