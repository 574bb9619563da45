// The stage: a fresh centre with categories and zones, a colleague who was on the steppe before, and an address in
// front of it that can be taken away.

import { join } from 'node:path';
import { folder, people, root, run, startCentre } from '../../../../../tests/e2e/centre.mjs';
import { phone, ride } from '../../../../../tests/e2e/phone.mjs';
import { stand } from './origin.mjs';

const COLLEAGUE = [43.951, 116.061];

export async function stage() {
  const centre = await startCentre();
  centre.publish('incident-types');
  const zones = join(root, 'fixtures/world/zones.geojson');
  run('tala-server', ['--config', join(folder, 'tala.toml'), 'admin', 'import-zones', zones]);
  const { batu, chenyu } = people();
  const other = phone('chenyu');
  other.tala('enrol', centre.code(chenyu, 'chenyu'), '--name', 'chenyu');
  other.tala('patrol', 'start', '--title', '东线', '--transport', 'horse');
  other.tala('record', ride('colleague', 400, COLLEAGUE));
  await other.sync();
  const origin = await stand(centre.url);
  return {
    origin,
    code: centre.code(batu, 'batu'),
    stop: () => {
      centre.stop();
      return origin.offline().catch(() => {});
    },
  };
}
