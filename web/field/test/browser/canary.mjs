// Looks for what an officer wrote in everything that a browser's profile has on the disk.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, startBrowser } from './chromium.mjs';
import { attach, sync } from './phone.mjs';

const WORDS = {
  title: '金丝雀标题乌日图',
  narrative: '金丝雀叙述在浩勒图音高勒',
  patrol: '金丝雀北线巡逻',
  member: '金丝雀同行人那仁',
  setting: '金丝雀设置',
  draft: '金丝雀草稿未写完',
  message: '金丝雀消息致指挥中心',
};
const PLACE = { lat: 43.7654321, lon: 116.1234567 };

/** Fills a phone with canaries and looks at its profile while it runs, killed, and after it was closed. */
export async function canaries(step, { url, code, photo, person }) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-canary-'));
  const words = { ...WORDS, person };
  let browser = await startBrowser(profile);
  let page = await browser.page(url);
  await fill(page, code, photo);
  const wanted = patterns(words, await pictures(page, photo));
  await step('running: no canary in a copy of the profile', async () => none(profile, wanted));
  await browser.kill();
  await step('killed: no canary in a copy of the profile', async () => none(profile, wanted));
  browser = await startBrowser(profile);
  page = await browser.page(url);
  await step('what was not found is there: the phone reads it back', async () => {
    await ask(page, { do: 'open' });
    const [incident] = await ask(page, { do: 'incidents' });
    assert.equal(incident.title, WORDS.title);
    const [draft] = await ask(page, { do: 'drafts' });
    assert.equal(draft.value.title, WORDS.draft);
  });
  await step('the check can fail: the same words, kept without the cipher, are found', async () => {
    await plant(page, words, wanted);
    await browser.close();
    const found = look(profile, wanted);
    assert.deepEqual([...found].sort(), Object.keys(wanted).sort());
  });
  rmSync(profile, { recursive: true, force: true });
}

async function fill(page, code, photo) {
  await ask(page, { do: 'open' });
  await ask(page, { do: 'enrol', code, name: 'canary' });
  const patrol = { transport: 'horse', title: WORDS.patrol, team: [WORDS.member] };
  await ask(page, { do: 'start_patrol', patrol });
  for (let n = 0; n < 5; n += 1) {
    await ask(page, { do: 'deliver', fix: { ...PLACE, time_ms: Date.now() - 10_000 + n * 1000, acc_m: 3 } });
  }
  const shape = { kind: 'point', corners: [PLACE], source: 'gnss' };
  const incident = { title: WORDS.title, narrative: WORDS.narrative, category: '1', shape };
  const id = await ask(page, { do: 'report', incident });
  await attach(page, id, photo, WORDS.title);
  await ask(page, { do: 'set_setting', name: 'canary', value: WORDS.setting });
  await ask(page, { do: 'save_draft', key: 'canary', value: { title: WORDS.draft } });
  await ask(page, { do: 'send_message', text: WORDS.message });
  await ask(page, { do: 'stop_patrol' });
  const ended = await sync(page);
  assert.equal(ended.failed, null, JSON.stringify(ended.failed));
}

/** A piece out of the middle of the photo and of its thumbnail. */
async function pictures(page, photo) {
  const [incident] = await ask(page, { do: 'incidents' });
  const { files } = await ask(page, { do: 'incident', id: incident.id });
  const { url } = await ask(page, { do: 'media', hash: files[0].hash, thumb: true });
  const thumb = Buffer.from(await page.evaluate((it) => window.bytesAt(it), url));
  const middle = (bytes) => bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + 48);
  return { photo: middle(readFileSync(photo)), thumb: middle(thumb) };
}

/** What is looked for: text in both encodings that a browser uses, places as the store writes them, pieces. */
function patterns(words, pieces) {
  const wanted = {};
  for (const [name, word] of Object.entries(words)) {
    wanted[`${name} utf-8`] = Buffer.from(word, 'utf8');
    wanted[`${name} utf-16`] = Buffer.from(word, 'utf16le');
  }
  const place = Buffer.alloc(8);
  place.writeInt32BE(Math.round(PLACE.lat * 1e7), 0);
  place.writeInt32BE(Math.round(PLACE.lon * 1e7), 4);
  wanted['place in a row'] = place;
  const encoded = [PLACE.lat, PLACE.lon].map((degrees) => {
    const bytes = Buffer.from([0x1a, 0, 0, 0, 0]);
    bytes.writeInt32BE(Math.round(degrees * 1e7), 1);
    return bytes;
  });
  wanted['place in a body'] = Buffer.concat(encoded);
  return { ...wanted, ...pieces };
}

function none(profile, wanted) {
  const copy = mkdtempSync(join(tmpdir(), 'tala-copy-'));
  // Sockets and locks of a running browser are no files that could be copied.
  const filter = (path) => !/Singleton|\.sock$/.test(path);
  cpSync(profile, copy, { recursive: true, filter, force: true });
  const found = look(copy, wanted);
  rmSync(copy, { recursive: true, force: true });
  assert.deepEqual([...found], []);
}

/** Names of the patterns that some file holds. */
function look(folder, wanted) {
  const found = new Set();
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    files += 1;
    for (const [name, pattern] of Object.entries(wanted)) if (bytes.includes(pattern)) found.add(name);
  }
  assert.ok(files > 20, `only ${files} files were looked at`);
  return found;
}

/** The same bytes in the same place, the origin's private files, without the cipher. */
async function plant(page, words, wanted) {
  const pieces = Object.values(wanted).map((bytes) => [...bytes]);
  await page.evaluate(async (all) => {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle('planted', { create: true });
    const writable = await file.createWritable();
    for (const bytes of all) await writable.write(new Uint8Array(bytes));
    await writable.close();
  }, pieces);
  assert.ok(Object.keys(words).length > 0);
}
