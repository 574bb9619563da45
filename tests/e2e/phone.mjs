// A phone: the `tala` command in a folder of its own, and what it records.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, run } from './centre.mjs';

export function phone(name) {
  const home = join(folder, name);
  const tala = (...args) => {
    const lines = run('tala', [...args, '--home', home, '--json']).trim().split('\n');
    return JSON.parse(lines.at(-1));
  };
  // A file may come before the centre has shown its description to itself (404); a phone then tries again.
  const sync = async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        return tala('sync');
      } catch (error) {
        if (tries === 5 || !String(error.stderr).includes('404')) throw error;
        console.log(`        ${name} syncs again: ${error.stderr.trim()}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  };
  return { name, tala, sync };
}

/** A ride of `fixes` seconds that ended just now, eastward from a place; returns the file. */
export function ride(name, fixes, [lat, lon]) {
  const start = Date.now() - fixes * 1000;
  const point = (n) => {
    const time = new Date(start + n * 1000).toISOString();
    const at = `lat="${(lat + n * 0.00001).toFixed(7)}" lon="${(lon + n * 0.00003).toFixed(7)}"`;
    return `<trkpt ${at}><ele>1200.5</ele><time>${time}</time></trkpt>`;
  };
  const points = Array.from({ length: fixes }, (_, n) => point(n)).join('\n');
  const path = join(folder, `${name}.gpx`);
  const head = '<?xml version="1.0"?><gpx version="1.1" creator="e2e" xmlns="http://www.topografix.com/GPX/1/1">';
  writeFileSync(path, `${head}<trk><trkseg>\n${points}\n</trkseg></trk></gpx>\n`);
  return path;
}

/** A photo of the fictional league; returns the file. */
export function photo(seed, category) {
  const path = join(folder, `${category}-${seed}.jpg`);
  run('tala-fixtures', ['photo', String(seed), category, path]);
  return path;
}
