// Proves that the type check can fail: plants an error in a component, runs svelte-check, and expects it to be found.
// A check that passes whatever it is given has happened to others with some versions of TypeScript.

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const planted = join(root, 'src/Planted.svelte');
const source = `<script lang="ts">
  import { areaText } from '@tala/shared/format/measure';
  const count: number = 'not a number';
</script>
{areaText('wide', null, 'zh-CN')}{count}
`;

let output;
try {
  writeFileSync(planted, source);
  const args = ['svelte-check', '--tsconfig', './tsconfig.json', '--output', 'machine'];
  output = spawnSync('npx', args, { cwd: root, encoding: 'utf8' });
} finally {
  rmSync(planted, { force: true });
}
const found = output.stdout
  .split('\n')
  .filter((line) => line.includes('ERROR') && line.includes('Planted.svelte'));
if (output.status === 0 || found.length !== 2) {
  console.error(`planted 2 type errors, svelte-check found ${found.length} and ended with ${output.status}`);
  process.exit(1);
}
console.log('planted 2 type errors, svelte-check found both');
