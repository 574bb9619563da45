import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (place: string) => fileURLToPath(new URL(place, import.meta.url));

// The core alone, on a page without anything to see.
export default defineConfig({
  root: path('.'),
  base: '/field/',
  resolve: { alias: { 'tala-wasm': path('../../../../target/wasm') } },
  worker: { format: 'es' },
  build: {
    outDir: path('../../../../target/field-core'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
