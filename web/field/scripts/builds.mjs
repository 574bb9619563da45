// Further versions of the built app: all scripts under new names, a mark in the page, a service worker that knows
// them. So a later release is had without building the whole again.

import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a build's service worker knows: its version, and every file with its hash. */
export function listed(folder) {
  const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
  const version = /const VERSION = '([^']+)'/.exec(worker)[1];
  return { version, files: JSON.parse(/JSON\.parse\(\s*'([^']+)'/.exec(worker)[1]) };
}

/** Makes version `mark` of the build in `from`; `broken` is one whose pages do not start. */
export function release(from, to, mark, { broken = false } = {}) {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  const assets = join(to, 'assets');
  const renamed = new Map(
    readdirSync(assets)
      .filter((name) => name.endsWith('.js'))
      .map((name) => [name, name.replace(/\.js$/, `${mark}.js`)]),
  );
  const rewritten = (text) => text.replace(/[\w.-]+\.js/g, (name) => renamed.get(name) ?? name);
  for (const [old, name] of renamed) {
    const text = rewritten(readFileSync(join(assets, old), 'utf8'));
    const entry = old.startsWith('index-') && broken;
    writeFileSync(join(assets, old), entry ? `throw new Error('a build that does not start');${text}` : text);
    renameSync(join(assets, old), join(assets, name));
  }
  const page = rewritten(readFileSync(join(to, 'index.html'), 'utf8'));
  writeFileSync(
    join(to, 'index.html'),
    page.replace('<title>', `<meta name="build" content="${mark}"><title>`),
  );
  relist(to, rewritten);
  return to;
}

function relist(folder, rewritten) {
  const { version, files } = listed(folder);
  const hashed = Object.keys(files)
    .map((path) => rewritten(path))
    .map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('base64'),
    ]);
  const table = JSON.stringify(Object.fromEntries(hashed));
  const next = createHash('sha256').update(table).digest('hex').slice(0, 16);
  const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
  const written = worker.replace(JSON.stringify(files), () => table).replace(version, next);
  writeFileSync(join(folder, 'sw.js'), written);
}
