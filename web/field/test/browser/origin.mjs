// One origin as the field app has it: the built page under /field/, the centre behind /api/.

import { createReadStream, existsSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' blob:";

/** Serves `folder` in front of the centre at `centre`; `requests` lists every path that was asked for. */
export async function serve(folder, centre) {
  const requests = [];
  const server = createServer((asked, answer) => {
    requests.push(asked.url);
    if (asked.url.startsWith('/api/')) pass(asked, answer, centre);
    else file(asked, answer, folder);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, requests, stop: () => server.close() };
}

function pass(asked, answer, centre) {
  const { hostname, port } = new URL(centre);
  const { method, url: path, headers } = asked;
  const on = request({ hostname, port, method, path, headers }, (came) => {
    answer.writeHead(came.statusCode, came.headers);
    came.pipe(answer);
  });
  on.on('error', () => answer.writeHead(502).end());
  asked.pipe(on);
}

function file(asked, answer, folder) {
  const path = normalize(new URL(asked.url, 'http://x').pathname.replace(/^\/field/, ''));
  const place = join(folder, path === '/' ? 'index.html' : path);
  if (!place.startsWith(folder) || !existsSync(place)) {
    answer.writeHead(404).end();
    return;
  }
  const type = TYPES[extname(place)] ?? 'application/octet-stream';
  answer.writeHead(200, {
    'content-type': type,
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
  });
  createReadStream(place).pipe(answer);
}
