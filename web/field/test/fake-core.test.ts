// The in-memory core keeps the contract that pages are written against.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SCENES, sceneWorld } from '../src/core/fake/scenes.ts';
import { SOS_SEEN_MS } from '../src/core/fake/world.ts';
import { FakeCore } from '../src/core/fake-core.ts';
import type { CoreEvent, Verb } from '../src/core/field-core.ts';

const NOW = 1_780_000_000_000;
const at = (scene: string) => new FakeCore(sceneWorld(scene, () => NOW));
const refused = (code: string) => expect.objectContaining({ code });

describe('every scene', () => {
  it.each(Object.keys(SCENES))('%s answers open and the hand-over, or says why not', async (scene) => {
    const core = at(scene);
    const opened = await core.call({ do: 'open' });
    const asked = core.call({ do: 'hand_over' });
    if (!opened.enrolled) await expect(asked).rejects.toEqual(refused('not_enrolled'));
    else if (opened.other_window) await expect(asked).rejects.toEqual(refused('other_window'));
    else if (opened.lock === 'shut') await expect(asked).rejects.toEqual(refused('locked'));
    else expect((await asked).records.length).toBeGreaterThanOrEqual(0);
  });
});

describe('a patrol', () => {
  it('starts once, is paused, resumed and ended', async () => {
    const core = at('idle');
    const started = await core.call({ do: 'start_patrol', patrol: { transport: 'horse' } });
    expect(started.state).toBe('recording');
    const again = core.call({ do: 'start_patrol', patrol: { transport: 'foot' } });
    await expect(again).rejects.toEqual(refused('patrol_open'));
    await core.call({ do: 'pause' });
    const fix = { lat: 44, lon: 116, time_ms: NOW };
    await expect(core.call({ do: 'deliver', fix })).rejects.toEqual(refused('paused'));
    await core.call({ do: 'resume' });
    await core.call({ do: 'deliver', fix });
    expect(await core.call({ do: 'stop_patrol' })).toMatchObject({ state: 'ended', fixes: 1 });
    await expect(core.call({ do: 'stop_patrol' })).rejects.toEqual(refused('no_patrol'));
  });

  it('counts no distance across a gap', async () => {
    const core = at('idle');
    await core.call({ do: 'start_patrol', patrol: { transport: 'horse' } });
    await core.call({ do: 'deliver', fix: { lat: 44, lon: 116, time_ms: NOW } });
    await core.call({ do: 'note_gap', cause: 'no_fix' });
    await core.call({ do: 'deliver', fix: { lat: 45, lon: 116, time_ms: NOW } });
    expect(await core.call({ do: 'recording' })).toMatchObject({ distance_m: 0, gaps: 1 });
  });

  it('has a track of whole parts, eight hours of them', async () => {
    const core = at('day');
    const recording = await core.call({ do: 'recording' });
    const track = await core.call({ do: 'track', patrol: recording?.patrol ?? '' });
    expect(track.reduce((sum, part) => sum + part.lat_e7.length, 0)).toBe(recording?.fixes);
    expect(recording?.fixes).toBeGreaterThan(28_000);
  });
});

describe('what it refuses', () => {
  const unknown = 'f'.repeat(32);
  it.each([
    [{ do: 'incident', id: unknown }, 'unknown'],
    [{ do: 'track', patrol: unknown }, 'unknown'],
    [{ do: 'sos_state', id: unknown }, 'unknown'],
    [{ do: 'ack_message', id: unknown, what: 'seen' }, 'unknown'],
    [{ do: 'task_done', plan: unknown, task: unknown }, 'unknown'],
    [{ do: 'put_bytes', token: unknown, base64: '' }, 'unknown'],
    [{ do: 'report', incident: { category: 'no such' } }, 'input'],
    [{ do: 'change_leg', transport: 'broom' }, 'input'],
    [{ do: 'set_pin', pin: '12a4' }, 'input'],
    [{ do: 'set_setting', name: 'shell.key', value: 1 }, 'input'],
    [{ do: 'sign_out' }, 'unproved'],
    [{ do: 'capture', what: 'photo' }, 'unsupported'],
    [{ do: 'no_such_verb' }, 'unread'],
  ])('%j', async (ask, code) => {
    await expect(at('recording').call(ask as never)).rejects.toEqual(refused(code));
  });

  it('answers only what the lock lets through', async () => {
    const core = at('locked');
    await expect(core.call({ do: 'incidents' })).rejects.toEqual(refused('locked'));
    expect(await core.call({ do: 'sos' })).toMatch(/^[0-9a-f]{32}$/);
    await expect(core.call({ do: 'unlock', pin: '000000' })).rejects.toEqual(refused('wrong_pin'));
    expect(await core.call({ do: 'unlock', pin: '135790' })).toMatchObject({ lock: 'open' });
  });

  it('hands out copies: a page cannot write into the store by accident', async () => {
    const core = at('recording');
    const lines = await core.call({ do: 'incidents' });
    lines.length = 0;
    expect((await core.call({ do: 'incidents' })).length).toBeGreaterThan(0);
  });

  it('fails where a test plants a fault', async () => {
    const core = at('recording');
    const verb: Verb = 'report';
    core.world.faults.set(verb, 'full');
    await expect(core.call({ do: 'report', incident: {} })).rejects.toEqual(refused('full'));
  });
});

describe('with time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('a call for help is delivered, then seen by somebody with a name', async () => {
    const core = at('recording');
    const id = await core.call({ do: 'sos' });
    vi.advanceTimersByTime(SOS_SEEN_MS);
    const state = await core.call({ do: 'sos_state', id });
    expect(state.at_centre).toBe(true);
    expect(state.answers.map(({ what }) => what)).toEqual(['delivered', 'seen']);
  });

  it('a hand-over tells how far it is and ends with everything safe but what was refused', async () => {
    const core = at('recording');
    const heard: CoreEvent[] = [];
    core.listen((event) => heard.push(event));
    await core.call({ do: 'start_sync', by_officer: true });
    await expect(core.call({ do: 'start_sync', by_officer: true })).rejects.toEqual(refused('busy'));
    vi.advanceTimersByTime(60_000);
    const after = await core.call({ do: 'hand_over' });
    const left = after.records.filter(({ whereabouts }) => whereabouts !== 'at_centre');
    expect(new Set(left.map(({ whereabouts }) => whereabouts))).toEqual(new Set(['refused']));
    expect(heard.filter(({ event }) => event === 'sync').length).toBeGreaterThan(3);
    expect((await core.call({ do: 'sync_state' })).running).toBe(false);
  });

  it('a hand-over without a network says so and when it tries again', async () => {
    const core = at('queue');
    await core.call({ do: 'start_sync', by_officer: true });
    vi.advanceTimersByTime(5_000);
    const state = await core.call({ do: 'sync_state' });
    expect(state.failed?.code).toBe('offline');
    expect(state.next_try_ms).toBeGreaterThan(NOW);
  });
});
