// The map under a moving finger, with the day's own track, zones and colleagues on it, slowed down to a mid phone.

import { median, quantile, round } from './figures.mjs';
import { at, by } from './handset.mjs';

const SLOWER = 4;
const CENTRE = { x: 195, y: 400 };
const STEP_MS = 16;

/**
 * Drags and pinches for `seconds`. Frames a second are of this machine, which draws without a graphics card;
 * `script_ms` is what a frame costs the page's own thread in JavaScript, which is the phone's part whatever draws.
 */
export async function mapFrames(page, seconds) {
  await at(page, '#/map');
  await page.waitForSelector('[data-testid=map][data-ready=true]');
  await by(page, 'follow').tap();
  await page.evaluate(() => window.bench.quiet());
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const before = await scriptS(session);
  const frames = page.evaluate((ms) => window.bench.frames(ms), seconds * 1000);
  await moves(session, Date.now() + seconds * 1000);
  const gaps = await frames;
  const script = (await scriptS(session)) - before;
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await session.detach();
  const fps = gaps.map((gap) => 1000 / gap);
  return {
    median: round(median(fps)),
    p5: round(quantile(fps, 0.05)),
    script_ms: round((script * 1000) / gaps.length),
  };
}

async function scriptS(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration').value;
}

/** A finger that drags in a circle, and two that pinch, in turn. */
async function moves(session, untilMs) {
  for (let turn = 0; Date.now() < untilMs; turn += 1) {
    const fingers = turn % 2 === 0 ? dragged : pinched;
    await touch(session, 'touchStart', fingers(0));
    for (let n = 1; n <= 60 && Date.now() < untilMs; n += 1) {
      await touch(session, 'touchMove', fingers(n / 60));
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    await touch(session, 'touchEnd', []);
  }
}

const touch = (session, type, touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });

function dragged(share) {
  const angle = share * 2 * Math.PI;
  return [{ x: CENTRE.x + 120 * Math.sin(angle), y: CENTRE.y + 160 * (1 - Math.cos(angle)) }];
}

function pinched(share) {
  const apart = 60 + 90 * Math.sin(share * Math.PI);
  return [
    { x: CENTRE.x, y: CENTRE.y - apart, id: 0 },
    { x: CENTRE.x, y: CENTRE.y + apart, id: 1 },
  ];
}
