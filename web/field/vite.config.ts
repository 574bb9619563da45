import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { basemapServer } from './dev/basemap-server.ts';
import { offline } from './dev/offline.ts';

/** What the server sends with the page; `preview` sends it too, so that every screenshot proves it enough. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self' blob:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

// Mode "fake" puts the in-memory core (src/core/fake-core.ts) behind the pages, for development, screenshots and
// walks; it is built into the workspace's target folder, so that no fake can be served by mistake.
export default defineConfig(({ mode }) => {
  const proxied = { target: process.env.TALA_SERVER ?? 'http://127.0.0.1:8420', changeOrigin: false };
  return {
    base: '/field/',
    plugins: mode === 'fake' ? [svelte(), basemapServer(), offline()] : [svelte(), offline()],
    // The core's module, as `cargo xtask wasm` writes it.
    resolve: { alias: { 'tala-wasm': fileURLToPath(new URL('../../target/wasm', import.meta.url)) } },
    build: {
      outDir: mode === 'fake' ? '../../target/field-fake' : 'dist',
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1200,
    },
    worker: { format: 'es' },
    preview: { headers: { 'Content-Security-Policy': CONTENT_POLICY } },
    server: { proxy: mode === 'fake' ? {} : { '/api': proxied, '/basemap.pmtiles': proxied } },
    test: { include: ['test/**/*.test.ts'], environment: 'node' },
  };
});
