import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { mockServer } from './dev/mock.ts';

// `npm run dev` and `npm run preview` run in mode "mock": the API of docs/api.md is answered by dev/mock.ts.
// `npm run dev -- --mode real` sends it to a running server instead (TALA_SERVER, default loopback 8420).
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
    server: { proxy: mode === 'mock' ? {} : { '/api': proxied, '/basemap.pmtiles': proxied } },
    test: { include: ['test/**/*.test.ts'], environment: 'node' },
  };
});
