// Development only: the made-up steppe as the base map that a centre would serve.

import type { Connect, Plugin } from 'vite';
import { basemapArchive } from '../../shared/src/planted/basemap.ts';

export function basemapServer(): Plugin {
  let archive: Uint8Array | null = null;
  const handler: Connect.NextHandleFunction = (request, response, next) => {
    if (request.url !== '/basemap.pmtiles') return next();
    archive ??= basemapArchive();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('ETag', '"planted-1"');
    if (!range) return void response.end(archive);
    const from = Number(range[1]);
    const until = Math.min(Number(range[2]), archive.length - 1);
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${from}-${until}/${archive.length}`);
    response.end(archive.subarray(from, until + 1));
  };
  return {
    name: 'tala-basemap',
    configureServer: (server) => void server.middlewares.use(handler),
    configurePreviewServer: (server) => void server.middlewares.use(handler),
  };
}
