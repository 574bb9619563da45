import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { mockServer } from './dev/mock.ts';

// `npm run dev` and `npm run preview` run in mode "mock": the API of docs/api.md is answered by dev/mock.ts.
// `npm run dev -- --mode real` sends it to a running server instead (TALA_SERVER, default loopback 8420).
/** What the server should send with the page; `preview` sends it too, so that every screenshot proves it enough. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export default defineConfig(({ mode }) => {
  const server = process.env.TALA_SERVER ?? 'http://127.0.0.1:8420';
  const proxied = { target: server, changeOrigin: false };
  return {
    plugins: mode === 'mock' ? [svelte(), mockServer()] : [svelte()],
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1200,
    },
    preview: { headers: { 'Content-Security-Policy': CONTENT_POLICY } },
    server: { proxy: mode === 'mock' ? {} : { '/api': proxied, '/basemap.pmtiles': proxied } },
    test: { include: ['test/**/*.test.ts'], environment: 'node' },
  };
});
