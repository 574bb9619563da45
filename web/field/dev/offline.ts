// Makes the build installable and whole without a network: icons, and a service worker that knows every file.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { iconPng } from './icon.ts';

const WORKER = new URL('../src/worker/service-worker.js', import.meta.url);
const ICONS: [string, number, boolean][] = [
  ['icon-192.png', 192, false],
  ['icon-512.png', 512, false],
  ['icon-maskable-512.png', 512, true],
];
/** Fetched when first needed, see the worker. */
const ON_DEMAND = /noto-sans-sc[^/]*\.woff2?$/;
/** Older form of every font: nothing that runs this app asks for it. */
const NEVER = /\.woff$|^sw\.js$/;

export function offline(): Plugin {
  let out = '';
  return {
    name: 'tala-offline',
    apply: 'build',
    configResolved: (config) => {
      out = join(config.root, config.build.outDir);
    },
    generateBundle() {
      for (const [fileName, size, maskable] of ICONS) {
        this.emitFile({ type: 'asset', fileName, source: iconPng(size, maskable) });
      }
    },
    // After everything is written, so that files of `public` and of other plugins are known too.
    closeBundle() {
      const files = filesIn(out).filter((path) => !NEVER.test(path) && !ON_DEMAND.test(path));
      const hashes = files.map((path) => [path, sha256(readFileSync(join(out, path)))] as const);
      const table = JSON.stringify(Object.fromEntries(hashes));
      // The worker's own text counts: one that does the same files differently is a version too.
      const worker = readFileSync(WORKER, 'utf8').replace('__FILES__', () => table);
      const version = createHash('sha256').update(worker).digest('hex').slice(0, 16);
      writeFileSync(join(out, 'sw.js'), worker.replace('__VERSION__', version));
    },
  };
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function filesIn(folder: string, inside = ''): string[] {
  return readdirSync(join(folder, inside))
    .sort()
    .flatMap((name) => {
      const path = inside === '' ? name : `${inside}/${name}`;
      return statSync(join(folder, path)).isDirectory() ? filesIn(folder, path) : [path];
    });
}
