// A fresh centre for one run: founded from the fictional league, started on a free loopback port, ended at the end.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bins = process.env.TALA_BIN_DIR ?? join(root, 'target/debug');
/** A run of its own is named by `TALA_RUN_DIR`. */
export const folder = process.env.TALA_RUN_DIR ?? join(root, 'target/e2e');

/** Runs a program to its end and returns what it printed; what it says on standard error is in the failure. */
export function run(program, args) {
  return execFileSync(join(bins, program), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The people of the fictional league by login. */
export function people() {
  const file = JSON.parse(readFileSync(join(root, 'fixtures/world/units.json'), 'utf8'));
  return Object.fromEntries(file.persons.map((person) => [person.login, person]));
}

/** `basemap` is the bytes of a PMTiles archive. */
export async function startCentre({ basemap = null } = {}) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'tala.toml');
  const types = join(root, 'fixtures/registry/incident-types.json');
  const settings = [
    'data = "data"',
    'deployment = "示例盟"',
    'log.filter = "warn"',
    `listen.address = "${address}"`,
    `registry.incident_types = "${types}"`,
  ];
  if (basemap !== null) {
    writeFileSync(join(folder, 'basemap.pmtiles'), basemap);
    settings.push('basemap = "basemap.pmtiles"');
  }
  writeFileSync(config, `${settings.join('\n')}\n`);
  const admin = (...args) => run('tala-server', ['--config', config, 'admin', ...args]);
  admin('init', '--units', join(root, 'fixtures/world/units.json'));
  const log = openSync(join(folder, 'server.log'), 'a');
  const process_ = spawn(join(bins, 'tala-server'), ['--config', config, 'serve'], {
    stdio: ['ignore', 'pipe', log],
  });
  await listening(process_);
  return {
    url: `http://${address}`,
    password: (login) => /^Password: (.+)$/m.exec(admin('set-password', login))[1].trim(),
    code: (person, name) => {
      const unit = person.memberships[0].unit;
      return admin('enrol', '--unit', unit, '--person', person.id, '--name', name, '--text-only').trim();
    },
    /** Publishes a registry of the fixtures, for phones to fetch. */
    publish: (name) => admin('registry', 'publish', join(root, `fixtures/registry/${name}.json`)),
    stop: () => process_.kill('SIGTERM'),
  };
}

function listening(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the centre does not listen after 60 s')), 60_000);
    child.on('exit', (code) => reject(new Error(`the centre ended with ${code}; see target/e2e/server.log`)));
    child.stdout.on('data', (bytes) => {
      if (!bytes.toString().includes('listening on')) return;
      clearTimeout(late);
      resolve();
    });
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
