// The areas of the base map on this phone: what is kept, what is being fetched, and how far it is.

import { askRemote, BlockSource, fetchBlock, type Remote } from './block-source.ts';
import { type Area, BLOCK_BYTES, BlockStore } from './block-store.ts';
import { type Box, blocksFor } from './plan-area.ts';

export interface Fetching {
  id: string;
  done_bytes: number;
  of_bytes: number;
}

class Areas {
  areas = $state.raw<readonly Area[]>([]);
  /** Begun of a newer edition than the areas in use. */
  begun = $state.raw<readonly Area[]>([]);
  /** Whether the centre has another edition than the one kept. */
  older = $state(false);
  /** Bytes that this browser still grants; null where it does not say. */
  free_bytes = $state<number | null>(null);
  fetching = $state.raw<Fetching | null>(null);
  /** The centre's archive; null where it has none or is out of reach, undefined until asked. */
  remote = $state.raw<Remote | null | undefined>(undefined);
  /** Grows when maps should read their archive anew. */
  edition = $state(0);
  private store: BlockStore | null = null;
  private stop: AbortController | null = null;

  async load(): Promise<void> {
    this.store ??= await BlockStore.open();
    await this.look();
    this.remote = await askRemote();
    await this.look();
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
    const bytes = bytesOf(blocks, remote.size);
    const area = { id, box: box ?? ([0, 0, 0, 0] as Box), blocks, bytes, saved_ms: Date.now() };
    this.fetching = { id, done_bytes: 0, of_bytes: bytes };
    try {
      await store.note(remote, { ...area, done: false });
      for (const block of blocks) {
        if (stop.signal.aborted) return;
        if (!(await store.has(remote.edition, block))) {
          await store.put(remote.edition, block, await fetchBlock(block, remote, stop.signal));
        }
        const done_bytes: number = this.fetching.done_bytes + bytesOf([block], remote.size);
        this.fetching = { id, done_bytes, of_bytes: bytes };
      }
      await store.note(remote, { ...area, done: true, saved_ms: Date.now() });
      this.edition += 1;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      this.fetching = null;
      this.stop = null;
      await this.look();
    }
  }

  cancel(): void {
    this.stop?.abort();
  }

  async drop(id: string): Promise<void> {
    await this.store?.drop(id);
    await this.look();
    this.edition += 1;
  }

  /** Reads what is kept, and how much room there is beside it. */
  private async look(): Promise<void> {
    const kept = (await this.store?.manifest()) ?? null;
    this.areas = kept?.areas ?? [];
    this.begun = (await this.store?.next())?.areas ?? [];
    this.older = this.areas.length > 0 && !!this.remote && this.remote.edition !== kept?.edition;
    const space = await navigator.storage?.estimate?.().catch(() => null);
    this.free_bytes = space?.quota === undefined ? null : Math.max(0, space.quota - (space.usage ?? 0));
  }
}

function bytesOf(blocks: readonly number[], size: number): number {
  return blocks.reduce((sum, block) => sum + Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES), 0);
}

export const areas = new Areas();
