// A call for help is repeated until a person answers, survives the page, and is never sent by itself.

import { beforeEach, describe, expect, it } from 'vitest';
import { sceneWorld } from '../src/core/fake/scenes.ts';
import type { World } from '../src/core/fake/world.ts';
import { FakeCore } from '../src/core/fake-core.ts';
import type { AnswerLine } from '../src/core/field-core.ts';
import {
  ASK_MS,
  REPEAT_MS,
  SosCall,
  type SosMemory,
  type SosRun,
  type SosView,
} from '../src/state/sos-call.ts';

let now = 1_780_000_000_000;
let world: World;
let core: FakeCore;
let kept: SosRun | null;
let view: SosView;
const memory: SosMemory = {
  load: () => structuredClone(kept),
  save: (run) => {
    kept = structuredClone(run);
  },
};
const made = () =>
  new SosCall(
    (ask) => core.call(ask),
    memory,
    (seen) => {
      view = seen;
    },
  );

async function pass(call: SosCall, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 1_000) {
    now += 1_000;
    await call.tick(now);
  }
}

function answer(nth: number, what: AnswerLine['what'], by: string | null): void {
  world.sos[nth]?.answers.push({ what, note: null, by, at_ms: now });
}

beforeEach(() => {
  kept = null;
  // Out of reach: nothing answers by itself.
  world = sceneWorld('idle', () => now);
  world.device = { ...world.device, online: false };
  core = new FakeCore(world);
});

describe('a call for help', () => {
  it('is sent when pressed, once, however often it is pressed', async () => {
    const call = made();
    await call.press(null, now);
    await call.press(null, now);
    expect(world.sos).toHaveLength(1);
    expect(view.state).toBe('calling');
  });

  it('is sent again every thirty seconds while nobody answers', async () => {
    const call = made();
    await call.press(null, now);
    await pass(call, 3 * REPEAT_MS);
    expect(world.sos).toHaveLength(4);
  });

  it('is not answered by a machine that merely has it', async () => {
    const call = made();
    await call.press(null, now);
    answer(0, 'delivered', null);
    await call.refresh();
    expect(view.state).toBe('calling');
    await pass(call, REPEAT_MS);
    expect(world.sos).toHaveLength(2);
  });

  it('stops when a person answers any of its sendings, and says who', async () => {
    const call = made();
    await call.press(null, now);
    await pass(call, REPEAT_MS);
    answer(1, 'seen', '高娃');
    await call.refresh();
    expect(view).toMatchObject({ state: 'answered', answer: { by: '高娃' } });
    await pass(call, 3 * REPEAT_MS);
    expect(world.sos).toHaveLength(2);
  });

  it('goes on in a page that was killed and opened anew', async () => {
    await made().press(null, now);
    now += 10_000;
    const call = made();
    await call.resume(now);
    expect(view.state).toBe('calling');
    await pass(call, REPEAT_MS);
    expect(world.sos).toHaveLength(2);
    expect(view.run?.ids).toHaveLength(2);
  });

  it('is found in the core where the page was killed before it could note it', async () => {
    await core.call({ do: 'sos' });
    await made().resume(now + 1_000);
    expect(view.state).toBe('calling');
  });

  it('ends when the officer says so, and stays ended after a reload', async () => {
    const call = made();
    await call.press(null, now);
    call.end(now);
    expect(view.state).toBe('idle');
    await pass(call, 2 * REPEAT_MS);
    expect(world.sos).toHaveLength(1);
    await made().resume(now);
    expect(view.state).toBe('idle');
  });

  it('is not gone on with in a store that never heard of it', async () => {
    await made().press(null, now);
    world.sos = [];
    const call = made();
    await call.resume(now);
    await pass(call, 2 * REPEAT_MS);
    expect(world.sos).toHaveLength(0);
  });

  it('is tried again soon where the phone could not store it', async () => {
    world.faults.set('sos', 'full');
    const call = made();
    await expect(call.press(null, now)).rejects.toMatchObject({ code: 'full' });
    expect(view).toMatchObject({ state: 'calling', failed: { code: 'full' } });
    world.faults.clear();
    await pass(call, 6_000);
    expect(world.sos).toHaveLength(1);
    expect(view.failed).toBeNull();
  });

  it('at the centre is asked for its answer long before the next repeat', async () => {
    const asked: number[] = [];
    const call = new SosCall(
      (ask) => {
        if (ask.do === 'start_sync') asked.push(now);
        return core.call(ask);
      },
      memory,
      (seen) => {
        view = seen;
      },
    );
    const pressed = now;
    await call.press(null, now);
    await pass(call, 2 * ASK_MS);
    expect(asked, 'not there yet').toEqual([]);
    for (const line of world.sos) line.at_centre = true;
    await call.refresh();
    await pass(call, REPEAT_MS - 2 * ASK_MS - 1_000);
    expect(asked.map((at) => at - pressed)).toEqual([17_000, 25_000]);
    answer(0, 'seen', '高娃');
    await call.refresh();
    await pass(call, REPEAT_MS);
    expect(asked).toHaveLength(2);
  });

  it('that a shut store could not take goes out when it is opened, even after the page was killed', async () => {
    world.faults.set('sos', 'locked');
    await expect(made().press(null, now)).rejects.toMatchObject({ code: 'locked' });
    const call = made();
    await call.resume(now);
    await pass(call, REPEAT_MS);
    expect(world.sos).toHaveLength(0);
    world.faults.clear();
    await call.refresh();
    await pass(call, 1_000);
    expect(world.sos).toHaveLength(1);
  });

  it("that was never stored is nobody else's call a day later", async () => {
    world.faults.set('sos', 'locked');
    await made()
      .press(null, now)
      .catch(() => undefined);
    world.faults.clear();
    now += 24 * 3_600_000;
    const call = made();
    await call.resume(now);
    await pass(call, REPEAT_MS);
    expect(world.sos).toHaveLength(0);
  });

  it('is never sent by a page that was only opened', async () => {
    const call = made();
    await call.resume(now);
    await pass(call, 4 * REPEAT_MS);
    expect(world.sos).toHaveLength(0);
  });
});
