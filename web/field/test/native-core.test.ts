// The page's side of the bridge against a shell over the in-memory core, and against what no shell should say.

import { describe, expect, it } from 'vitest';
import { sceneWorld } from '../src/core/fake/scenes.ts';
import { installShell } from '../src/core/fake/shell.ts';
import { FakeCore } from '../src/core/fake-core.ts';
import { CoreError, type CoreEvent } from '../src/core/field-core.ts';
import { NativeCore, nativeCore, type ShellWindow } from '../src/core/native-core.ts';
import { putFile } from '../src/state/files.ts';

const NOW = 1_780_000_000_000;

function bridged(scene = 'recording') {
  const page: ShellWindow = {};
  const world = sceneWorld(scene, () => NOW);
  installShell(page, new FakeCore(world));
  const core = nativeCore(page, 'life1') as NativeCore;
  return { page, world, core };
}

/** A shell that only notes what it was told. */
function noted() {
  const posted: { id: string; ask: { do: string } }[] = [];
  const core = new NativeCore({ post: (json) => posted.push(JSON.parse(json)) }, 'life2');
  return { posted, core };
}

describe('the page behind a shell', () => {
  it('is not there without one', () => {
    expect(nativeCore({}, 'x')).toBeNull();
  });

  it('opens, records and reports as with any core', async () => {
    const { core } = bridged();
    expect(await core.call({ do: 'open' })).toMatchObject({ enrolled: true });
    const paused = await core.call<'pause'>({ do: 'pause' });
    expect(paused.state).toBe('paused');
    const id = await core.call({ do: 'report', incident: { category: 'fire' } });
    expect(await core.call({ do: 'incident', id })).toMatchObject({ category: 'fire', whereabouts: 'here' });
  });

  it('gets null where null is the answer', async () => {
    const { core } = bridged('idle');
    expect(await core.call({ do: 'recording' })).toBeNull();
  });

  it('gets refusals as errors with their word', async () => {
    const { core } = bridged();
    const asked = core.call({ do: 'incident', id: 'f'.repeat(32) });
    await expect(asked).rejects.toBeInstanceOf(CoreError);
    await expect(asked).rejects.toMatchObject({ code: 'unknown' });
  });

  it('hears events until it stops listening', async () => {
    const { core } = bridged();
    const heard: CoreEvent[] = [];
    const stop = core.listen((event) => heard.push(event));
    await core.call({ do: 'pause' });
    stop();
    await core.call({ do: 'resume' });
    expect(heard.map(({ event }) => event)).toEqual(['changed']);
  });

  it('puts the bytes of a file piece by piece', async () => {
    const { core, world } = bridged();
    const bytes = new Uint8Array(1_300_000).map((_, at) => at % 251);
    const file = new Blob([bytes], { type: 'image/jpeg' });
    const token = await putFile((ask) => core.call(ask), file, 'image/jpeg');
    const put = world.spool.get(token)?.bytes ?? new Uint8Array();
    expect(Buffer.compare(put, bytes)).toBe(0);
  });

  it('keeps five hundred questions apart', async () => {
    const { core } = bridged('many');
    const asked = Array.from({ length: 500 }, (_, n) =>
      core.call({ do: 'save_draft', key: `d${n}`, value: n }),
    );
    await Promise.all(asked);
    const drafts = await core.call({ do: 'drafts' });
    expect(new Set(drafts.map(({ key }) => key)).size).toBe(500);
  });
});

describe('what comes in', () => {
  it('may come in any order, and each answer meets its question', async () => {
    const { core, posted } = noted();
    const [first, second] = [core.call({ do: 'version' }), core.call({ do: 'version' })];
    core.receive(JSON.stringify({ id: posted[1]?.id, ok: 2 }));
    core.receive(JSON.stringify({ id: posted[0]?.id, ok: 1 }));
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });

  it('is dropped when it answers an earlier page, nobody, or twice', async () => {
    const { core, posted } = noted();
    const asked = core.call({ do: 'version' });
    core.receive(JSON.stringify({ id: 'life1-1', ok: 'of the page before' }));
    core.receive(JSON.stringify({ id: posted[0]?.id, ok: 7 }));
    core.receive(JSON.stringify({ id: posted[0]?.id, ok: 8 }));
    expect(await asked).toBe(7);
  });

  it('breaks nothing when it is no message at all', async () => {
    const { core, posted } = noted();
    const heard: CoreEvent[] = [];
    core.listen((event) => heard.push(event));
    const asked = core.call({ do: 'version' });
    for (const text of ['', 'x', 'null', '[]', '7', '{"id":4}', '{"event":"newer"}', '{"event":3}'])
      core.receive(text);
    core.receive(JSON.stringify({ id: posted[0]?.id, error: null }));
    await expect(asked).rejects.toMatchObject({ code: 'failed' });
    expect(heard).toEqual([]);
  });

  it('a shell that does not take a message refuses it', async () => {
    const shell = {
      post: () => {
        throw new TypeError('gone');
      },
    };
    await expect(new NativeCore(shell, 'x').call({ do: 'version' })).rejects.toMatchObject({
      code: 'failed',
    });
  });
});
