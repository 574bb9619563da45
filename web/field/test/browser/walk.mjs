// One phone from enrolment to sign-out, through every edge that only a browser has: reload, second window, PIN.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, refusal, startBrowser } from './chromium.mjs';
import { attach, fix, latE7, latitudes, ride, sync } from './phone.mjs';

const TITLE = '浏览器新开垦地块';
const PIN = '280571';

export async function walk(step, { url, centre, code, photo, requests }) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-walk-'));
  const browser = await startBrowser(profile);
  try {
    await enrolled(step, browser, url, code, (page) => record(step, page, { url, centre, photo, browser }));
    await step('nothing was asked of anybody but the page and the centre', async () => {
      const strange = requests.filter((path) => !/^\/(field\/|api\/v1\/device\/)/.test(path));
      assert.deepEqual(strange, []);
    });
  } finally {
    await browser.close();
  }
}

async function enrolled(step, browser, url, code, then) {
  const page = await step('a fresh browser opens an empty store', async () => {
    const fresh = await browser.page(url);
    const opened = await ask(fresh, { do: 'open' });
    assert.equal(opened.enrolled, false);
    assert.equal(opened.lock, 'none');
    assert.equal(opened.other_window, false);
    assert.equal(opened.platform, 'browser');
    assert.equal(typeof opened.persisted, 'boolean');
    assert.equal(await refusal(fresh, { do: 'pause' }), 'not_enrolled');
    assert.equal(await refusal(fresh, { do: 'enrol', code: 'rubbish', name: 'x' }), 'code');
    return fresh;
  });
  await step('it is enrolled by a one-time code, through fetch and WebCrypto', async () => {
    const me = await ask(page, { do: 'enrol', code, name: 'browser' });
    assert.match(me.device, /^[0-9a-f]{32}$/);
    assert.ok(me.unit_name, 'the unit has a name');
    assert.equal(await refusal(page, { do: 'enrol', code, name: 'again' }), 'already_enrolled');
    assert.equal((await ask(page, { do: 'open' })).identity.device, me.device);
  });
  await then(page);
}

async function record(step, page, { url, centre, photo, browser }) {
  const start = Date.now() - 1_000_000;
  const patrol = await step('a patrol is recorded fix by fix', async () => {
    const begun = await ask(page, {
      do: 'start_patrol',
      patrol: { transport: 'horse', title: '浏览器北线' },
    });
    await ride(page, 0, 40, start);
    const shown = await ask(page, { do: 'recording' });
    assert.equal(shown.fixes, 40);
    assert.equal(shown.state, 'recording');
    return begun.patrol;
  });
  const incident = await step(
    'an incident with a photo is saved; the browser made its thumbnail',
    async () => {
      const id = await ask(page, { do: 'report', incident: { category: '1', title: TITLE } });
      const hash = await attach(page, id, photo, 'photo');
      const wanted = createHash('sha256').update(readFileSync(photo)).digest('hex');
      assert.equal(hash.slice(2), wanted);
      await holdsPhoto(page, hash, photo);
      return { id, hash };
    },
  );
  await step('after a reload everything is read back, and the ride goes on', async () => {
    await page.reload();
    await page.waitForFunction(() => 'say' in window);
    const opened = await ask(page, { do: 'open' });
    assert.equal(opened.enrolled, true);
    assert.equal(opened.interrupted, 'killed');
    await ride(page, 40, 50, start);
    const there = await latitudes(page, patrol);
    for (let n = 0; n < 50; n += 1) assert.ok(there.has(latE7(n)), `fix ${n}`);
    assert.equal((await ask(page, { do: 'incident', id: incident.id })).title, TITLE);
    await holdsPhoto(page, incident.hash, photo);
  });
  await step('the page passes on what the browser says of its position', () => located(page, browser));
  const second = await step('a second window is told so, and takes over without losing anything', () =>
    takeOver(page, browser, url, start),
  );
  await locked(step, second, start);
  await handedOver(step, second, { url, centre, incident, patrol });
}

async function holdsPhoto(page, hash, photo) {
  const { url } = await ask(page, { do: 'media', hash, thumb: false });
  const bytes = Buffer.from(await page.evaluate((it) => window.bytesAt(it), url));
  assert.ok(bytes.equals(readFileSync(photo)), 'the original comes back to the byte');
  const small = await ask(page, { do: 'media', hash, thumb: true });
  const [width, length] = await page.evaluate(async (it) => {
    const blob = await (await fetch(it)).blob();
    return [(await createImageBitmap(blob)).width, blob.size];
  }, small.url);
  assert.ok(
    width <= 320 && length <= 65_536 && length < bytes.length,
    `thumbnail ${width} px, ${length} bytes`,
  );
}

async function located(page, browser) {
  const before = (await ask(page, { do: 'recording' })).fixes;
  await browser.context.grantPermissions(['geolocation']);
  await browser.context.setGeolocation({ latitude: 43.95, longitude: 116.09, accuracy: 6 });
  const state = await ask(page, { do: 'set_recorder', on: true });
  assert.equal(state.on, true);
  assert.equal(state.service, false);
  await page.waitForFunction(async (n) => (await window.say({ do: 'recording' })).ok.fixes > n, before);
  assert.equal((await ask(page, { do: 'recorder' })).permission, 'granted');
  assert.equal((await ask(page, { do: 'set_recorder', on: false })).on, false);
}

async function takeOver(page, browser, url, start) {
  const before = await ask(page, { do: 'recording' });
  const second = await browser.page(url);
  assert.equal((await ask(second, { do: 'open' })).other_window, true);
  assert.equal(await refusal(second, { do: 'recording' }), 'other_window');
  assert.equal((await ask(second, { do: 'take_over' })).enrolled, true);
  await page.waitForFunction(() =>
    window.events.some((it) => it.event === 'opened' && it.opened.other_window),
  );
  assert.equal(await refusal(page, { do: 'deliver', fix: fix(60, start) }), 'other_window');
  assert.equal((await ask(second, { do: 'recording' })).fixes, before.fixes);
  await page.close();
  return second;
}

async function locked(step, page, start) {
  await step('behind a PIN nothing is read, and recording goes on', async () => {
    assert.equal(await refusal(page, { do: 'set_pin', pin: 'abc' }), 'input');
    await ask(page, { do: 'set_pin', pin: PIN });
    const { fixes } = await ask(page, { do: 'recording' });
    await ask(page, { do: 'lock' });
    assert.equal(await refusal(page, { do: 'incidents' }), 'locked');
    assert.equal(await refusal(page, { do: 'recording' }), 'locked');
    await ride(page, 500, 505, start);
    assert.equal(await refusal(page, { do: 'unlock', pin: '000000' }), 'wrong_pin');
    assert.equal((await ask(page, { do: 'unlock', pin: PIN })).lock, 'open');
    assert.equal((await ask(page, { do: 'recording' })).fixes, fixes + 5);
  });
  await step('a reload asks for the PIN; wrong ones are made to wait', async () => {
    await page.reload();
    await page.waitForFunction(() => 'say' in window);
    const opened = await ask(page, { do: 'open' });
    assert.equal(opened.lock, 'shut');
    assert.equal(opened.identity, null);
    for (let n = 0; n < 3; n += 1)
      assert.equal(await refusal(page, { do: 'unlock', pin: '111111' }), 'wrong_pin');
    const said = await page.evaluate((pin) => window.say({ do: 'unlock', pin }), PIN);
    assert.equal(said.code, 'wrong_pin', 'the right one has to wait as well');
    assert.ok(Number(said.message) > 5_000, `waits ${said.message} ms`);
    await page.waitForTimeout(Number(said.message) + 200);
    const again = await ask(page, { do: 'unlock', pin: PIN });
    assert.equal(again.lock, 'open');
    assert.equal(again.enrolled, true);
  });
}

async function handedOver(step, page, { url, centre, incident, patrol }) {
  await step('without signal a sync fails in words, and nothing is lost by it', async () => {
    await page.context().setOffline(true);
    await page.route('**/api/**', (route) => route.abort());
    assert.equal(await refusal(page, { do: 'sign_out' }), 'unproved');
    await page.context().setOffline(false);
    await page.unroute('**/api/**');
  });
  await step('a sync hands everything over; receipts say so', async () => {
    await ask(page, { do: 'stop_patrol' });
    let over = await ask(page, { do: 'hand_over' });
    for (let tries = 0; tries < 6 && over.unproved; tries += 1) {
      const ended = await sync(page);
      assert.equal(ended.failed, null, JSON.stringify(ended.failed));
      over = await ask(page, { do: 'hand_over' });
      if (over.unproved) await page.waitForTimeout(1_000);
    }
    assert.equal(over.unproved, false, JSON.stringify(over));
    const mine = over.records.filter((record) => [incident.id, patrol].includes(record.id));
    assert.deepEqual(
      mine.map((record) => record.whereabouts),
      ['at_centre', 'at_centre'],
    );
  });
  await step('the centre shows the track, the incident and its photo', () => arrived(centre, url, incident));
  await step('signing out wipes what the centre has proved', async () => {
    await ask(page, { do: 'sign_out' });
    assert.equal((await ask(page, { do: 'open' })).enrolled, false);
  });
}

async function arrived(centre, url, incident) {
  const login = { login: 'duty.league', password: centre.password('duty.league') };
  const headers = { 'content-type': 'application/json' };
  const signed = await fetch(`${centre.url}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify(login),
  });
  assert.equal(signed.status, 200);
  const cookie = signed.headers.getSetCookie()[0].split(';')[0];
  const read = async (path) => (await fetch(`${centre.url}/api/v1/${path}`, { headers: { cookie } })).json();
  const tracks = await read('tracks');
  const lines = tracks.features.filter((feature) => feature.properties.kind === 'track');
  const count = lines.reduce((sum, line) => sum + line.geometry.coordinates.length, 0);
  assert.ok(count >= 55, `${count} positions at the centre, ${url}`);
  const shown = await read(`incidents/${incident.id}`);
  const text = JSON.stringify(shown);
  assert.ok(text.includes(TITLE) && text.includes(incident.hash), text.slice(0, 400));
}
