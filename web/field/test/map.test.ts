// What the map is handed: the track by pieces, gaps as gaps, and the blocks that an area needs.

import { describe, expect, it } from 'vitest';
import { ride } from '../src/core/fake/patrols.ts';
import type { Recording } from '../src/core/field-core.ts';
import { gridLines } from '../src/map/grid.ts';
import { askRemote, BlockSource } from '../src/map/tiles/block-source.ts';
import { BLOCK_BYTES, BlockStore, type Blocks, blocksOf } from '../src/map/tiles/block-store.ts';
import { around, tileIds } from '../src/map/tiles/plan-area.ts';
import { PIECE, TrackLine } from '../src/map/track-line.ts';

const NOW = 1_780_000_000_000;
const ridden = (seconds: number, gaps: number[] = []) =>
  ride({ n: 0, started_ms: NOW, seconds, title: null, whereabouts: 'here', gaps });

function loaded(seconds: number, gaps: number[] = []) {
  const { track, recording } = ridden(seconds, gaps);
  const line = new TrackLine();
  line.load(recording.patrol, track, recording);
  return { line, recording };
}

const moved = (recording: Recording, fixes: number): Recording => ({
  ...recording,
  fixes: recording.fixes + fixes,
  last: { lat: 44.2, lon: 115.9, acc_m: 4, time_ms: NOW },
});

describe('the own track', () => {
  it('of a day hands over one piece for one more fix', () => {
    const { line, recording } = loaded(28_800);
    expect(line.all().length).toBeGreaterThan(28_800 / PIECE - 1);
    expect(line.follow(moved(recording, 1))).toBe(true);
    const diff = line.take();
    expect(diff.add.length + diff.update.length).toBe(1);
    expect(diff.update[0]?.newGeometry.coordinates.length).toBeLessThanOrEqual(PIECE);
    expect(line.take()).toEqual({ add: [], update: [] });
  });

  it('has no break where one piece ends and the next begins', () => {
    const { line } = loaded(PIECE * 3);
    const pieces = line.all().map(({ geometry }) => geometry.coordinates);
    for (let at = 1; at < pieces.length; at += 1) expect(pieces[at]?.[0]).toEqual(pieces[at - 1]?.at(-1));
  });

  it('draws a gap as a gap, never as ridden', () => {
    const { line } = loaded(2_000, [600]);
    const kinds = line.all().map(({ properties }) => properties?.kind);
    expect(kinds.filter((kind) => kind === 'gap')).toHaveLength(1);
  });

  it('asks for the whole where more happened than it saw', () => {
    const { line, recording } = loaded(100);
    expect(line.follow(moved(recording, 50))).toBe(false);
    expect(line.follow({ ...recording, gaps: recording.gaps + 1 })).toBe(false);
    expect(line.follow({ ...recording, patrol: 'another' })).toBe(false);
    expect(line.follow(recording)).toBe(true);
  });
});

describe('the grid', () => {
  it('is never more than a few lines', () => {
    for (const width of [0.01, 0.3, 4, 60]) {
      const grid = gridLines({ west: 115, east: 115 + width, south: 44, north: 44 + width });
      expect(grid.geometry.coordinates.length).toBeGreaterThan(4);
      expect(grid.geometry.coordinates.length).toBeLessThan(60);
    }
  });
});

/** A cache in memory. */
function inMemory(): Blocks {
  const kept = new Map<string, Response>();
  return {
    match: (name) => Promise.resolve(kept.get(String(name))?.clone()),
    put: (name, response) => Promise.resolve(void kept.set(String(name), response)),
    delete: (name) => Promise.resolve(kept.delete(String(name))),
  };
}

describe('the base map on this phone', () => {
  const archive = { edition: 'e1', size: BLOCK_BYTES * 3 + 100 };
  const bytes = new Uint8Array(archive.size).map((_, at) => (at * 7) % 253);
  const block = (n: number) => bytes.slice(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES).buffer;

  it('reads across blocks as from the whole file, kept or not', async () => {
    const store = new BlockStore(inMemory());
    await store.put('e1', 1, block(1));
    const asked: number[] = [];
    const source = new BlockSource(store, archive, (n) => {
      asked.push(n);
      return Promise.resolve(block(n));
    });
    const from = BLOCK_BYTES - 10;
    const { data } = await source.getBytes(from, BLOCK_BYTES + 20);
    expect(Buffer.compare(new Uint8Array(data), bytes.slice(from, from + BLOCK_BYTES + 20))).toBe(0);
    expect(asked).toEqual([0, 2]);
    const tail = await source.getBytes(archive.size - 40, 4_000);
    expect(tail.data.byteLength).toBe(40);
  });

  const area = (id: string, blocks: number[], done = true) => ({
    id,
    blocks,
    box: [0, 0, 1, 1] as [number, number, number, number],
    bytes: 1,
    done,
    saved_ms: NOW,
  });

  it('keeps the blocks that another area needs', async () => {
    const store = new BlockStore(inMemory());
    for (const n of [0, 1, 2]) await store.put('e1', n, block(n));
    await store.setManifest({ ...archive, areas: [area('near', [0, 1]), area('wide', [1, 2])] });
    await store.drop('near');
    expect(await Promise.all([0, 1, 2].map((n) => store.has('e1', n)))).toEqual([false, true, true]);
  });

  it('keeps the edition in use until an area of the next one is whole', async () => {
    const store = new BlockStore(inMemory());
    const next = { edition: 'e2', size: archive.size };
    for (const n of [0, 1]) await store.put('e1', n, block(n));
    await store.note(archive, area('near', [0, 1]));
    await store.note(archive, area('wide', [1]));
    await store.note(next, area('near', [0], false));
    expect(await store.manifest()).toMatchObject({ edition: 'e1', areas: [{ done: true }, { done: true }] });
    expect((await store.next())?.areas).toMatchObject([{ id: 'near', done: false }]);
    await store.put('e2', 0, block(0));
    await store.note(next, area('near', [0]));
    const { edition, areas } = (await store.manifest()) ?? {};
    expect(edition).toBe('e2');
    expect(areas).toMatchObject([
      { id: 'near', done: true },
      { id: 'wide', done: false },
    ]);
    expect(await Promise.all([0, 1].map((n) => store.has('e1', n)))).toEqual([false, false]);
    expect([await store.has('e2', 0), await store.next()]).toEqual([true, null]);
  });

  it('is nothing where the server answers with something else', async () => {
    const page = () => Promise.resolve(new Response('<!doctype html>', { status: 200 }));
    expect(await askRemote(page as typeof fetch)).toBeNull();
    expect(await askRemote(() => Promise.reject(new TypeError('offline')))).toBeNull();
  });

  it('counts blocks and tiles of an area', () => {
    expect(blocksOf(BLOCK_BYTES - 1, 2)).toEqual([0, 1]);
    const ids = tileIds({ minZoom: 5, maxZoom: 11 }, around(115.7, 44.1, 25));
    expect(ids?.length).toBeGreaterThan(7);
    expect(new Set(ids).size).toBe(ids?.length);
    expect(tileIds({ minZoom: 0, maxZoom: 16 }, [70, 15, 140, 55])).toBeNull();
  });
});
