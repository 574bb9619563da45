// The archive as the map reads it: from blocks on this phone, else from the centre while there is a network.

import type { RangeResponse, Source } from 'pmtiles';
import { BLOCK_BYTES, type BlockStore, blocksOf } from './block-store.ts';

export const ARCHIVE = '/basemap.pmtiles';
/** The name by which the style asks for it. */
export const KEY = 'tala-basemap';

export interface Remote {
  edition: string;
  size: number;
}

/** What the centre has, by the request the map makes; null where it has none or is out of reach. */
export async function askRemote(get: typeof fetch = fetch): Promise<Remote | null> {
  try {
    const response = await get(ARCHIVE, { headers: { Range: 'bytes=0-15' }, cache: 'no-store' });
    if (response.status !== 206) return null;
    const head = new Uint8Array(await response.arrayBuffer());
    if (new TextDecoder().decode(head.subarray(0, 7)) !== 'PMTiles') return null;
    return remoteOf(response);
  } catch {
    return null;
  }
}

function remoteOf({ headers }: Response): Remote | null {
  const size = Number(headers.get('content-range')?.split('/')[1]);
  if (!Number.isSafeInteger(size)) return null;
  return { edition: `${size}-${headers.get('etag') ?? headers.get('last-modified') ?? ''}`, size };
}

/** One block from the centre, of this edition and no other. */
export async function fetchBlock(block: number, archive: Remote, signal?: AbortSignal): Promise<ArrayBuffer> {
  const from = block * BLOCK_BYTES;
  const until = Math.min(from + BLOCK_BYTES, archive.size) - 1;
  const headers = { Range: `bytes=${from}-${until}` };
  // What is worth keeping is kept here and not a second time by the browser.
  const response = await fetch(ARCHIVE, { headers, cache: 'no-store', ...(signal ? { signal } : {}) });
  if (response.status !== 206) throw new Error(`the base map was answered with ${response.status}`);
  if (remoteOf(response)?.edition !== archive.edition) throw new Error('the centre has another base map now');
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength !== until - from + 1) throw new Error('the base map was cut off');
  return bytes;
}

/** Blocks held at once: neighbouring tiles lie in the same ones. */
const HELD_MAX = 24;

export class BlockSource implements Source {
  private readonly held = new Map<number, Promise<ArrayBuffer>>();

  constructor(
    private readonly store: BlockStore | null,
    private readonly archive: Remote,
    private readonly load: typeof fetchBlock = fetchBlock,
  ) {}

  getKey(): string {
    return KEY;
  }

  async getBytes(offset: number, length: number): Promise<RangeResponse> {
    const end = Math.min(offset + length, this.archive.size);
    const numbers = blocksOf(offset, end - offset);
    const blocks = await Promise.all(numbers.map((block) => this.block(block)));
    const joined = new Uint8Array(Math.max(0, end - offset));
    numbers.forEach((number, at) => {
      const bytes = new Uint8Array(blocks[at] as ArrayBuffer);
      const from = Math.max(offset - number * BLOCK_BYTES, 0);
      const until = Math.min(end - number * BLOCK_BYTES, bytes.length);
      joined.set(bytes.subarray(from, until), number * BLOCK_BYTES + from - offset);
    });
    return { data: joined.buffer };
  }

  private block(block: number): Promise<ArrayBuffer> {
    const held = this.held.get(block) ?? this.read(block);
    // Asked for last, forgotten last.
    this.held.delete(block);
    this.held.set(block, held);
    const oldest = this.held.keys().next();
    if (this.held.size > HELD_MAX && !oldest.done) this.held.delete(oldest.value);
    held.catch(() => this.held.delete(block));
    return held;
  }

  private async read(block: number): Promise<ArrayBuffer> {
    const kept = await this.store?.get(this.archive.edition, block);
    return kept ?? this.load(block, this.archive);
  }
}
