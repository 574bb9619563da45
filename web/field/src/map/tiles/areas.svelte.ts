// The areas of the base map on this phone: what is kept, what is being fetched, and how far it is.

import { askRemote, BlockSource, fetchBlock, type Remote } from './block-source.ts';
import { type Area, BLOCK_BYTES, BlockStore, type Manifest } from './block-store.ts';
import { type Box, blocksFor } from './plan-area.ts';

export interface Fetching {
  id: string;
  done: number;
  of: number;
}

class Areas {
  areas = $state.raw<readonly Area[]>([]);
  fetching = $state.raw<Fetching | null>(null);
  /** The centre's archive; null where it has none or is out of reach, undefined until asked. */
  remote = $state.raw<Remote | null | undefined>(undefined);
  /** Grows when maps should read their archive anew. */
  edition = $state(0);
  private store: BlockStore | null = null;
  private stop: AbortController | null = null;

  async load(): Promise<void> {
    this.store ??= await BlockStore.open();
    this.areas = (await this.store?.manifest())?.areas ?? [];
    this.remote = await askRemote();
  }

  /** What a map reads: the kept blocks, and the network for the rest. Null where there is neither. */
  async source(): Promise<BlockSource | null> {
    this.store ??= await BlockStore.open();
    const kept = await this.store?.manifest();
    if (kept && kept.areas.length > 0) return new BlockSource(this.store, kept);
    const remote = await askRemote();
    return remote ? new BlockSource(null, remote) : null;
  }

  /** How many bytes an area needs; null where it is too large. */
  async sizeOf(box: Box | null): Promise<number | null> {
    if (!this.remote) return null;
    const blocks = await blocksFor(new BlockSource(this.store, this.remote), box);
    return blocks === null ? null : bytesOf(blocks, this.remote.size);
  }

  /** Fetches an area, going on where an earlier try ended. Rejects where the network or the space fails. */
  async fetch(id: string, box: Box | null): Promise<void> {
    const { remote, store } = this;
    if (!remote || !store || this.fetching) return;
    const blocks = await blocksFor(new BlockSource(store, remote), box);
    if (blocks === null) return;
    const stop = new AbortController();
    this.stop = stop;
    this.fetching = { id, done: 0, of: blocks.length };
    try {
      await this.note({ id, box: box ?? [0, 0, 0, 0], blocks, done: false });
      for (const block of blocks) {
        if (stop.signal.aborted) return;
        if (!(await store.has(remote.edition, block))) {
          await store.put(remote.edition, block, await fetchBlock(block, remote.size, stop.signal));
        }
        this.fetching = { id, done: this.fetching.done + 1, of: blocks.length };
      }
      await this.note({ id, box: box ?? [0, 0, 0, 0], blocks, done: true });
      this.edition += 1;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      this.fetching = null;
      this.stop = null;
    }
  }

  cancel(): void {
    this.stop?.abort();
  }

  async drop(id: string): Promise<void> {
    await this.store?.drop(id);
    this.areas = (await this.store?.manifest())?.areas ?? [];
    this.edition += 1;
  }

  private async note(area: Omit<Area, 'bytes' | 'saved_ms'>): Promise<void> {
    const { remote, store } = this;
    if (!remote || !store) return;
    const kept = await store.manifest();
    // Another edition of the archive: its blocks are of no use beside the new ones.
    const same = kept?.edition === remote.edition;
    if (kept && !same) for (const old of kept.areas) await store.drop(old.id);
    const areas = (same ? kept.areas : []).filter(({ id }) => id !== area.id);
    areas.push({ ...area, bytes: bytesOf(area.blocks, remote.size), saved_ms: Date.now() });
    const manifest: Manifest = { ...remote, areas };
    await store.setManifest(manifest);
    this.areas = areas;
  }
}

function bytesOf(blocks: readonly number[], size: number): number {
  return blocks.reduce((sum, block) => sum + Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES), 0);
}

export const areas = new Areas();
