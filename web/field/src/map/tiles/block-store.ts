// Pieces of the base map kept in the browser. The archive is one large file at the centre; a phone keeps those blocks
// of it that its areas need, each under its number, so that a download goes on where it was cut off.

export const BLOCK_BYTES = 256 * 1024;
const CACHE = 'tala-basemap';
const MANIFEST = '/field-basemap/areas.json';
/** Areas of another edition, until the first of them is whole. */
const NEXT = '/field-basemap/next.json';

export interface Area {
  id: string;
  box: [number, number, number, number];
  blocks: number[];
  bytes: number;
  /** Whether every block was there once. */
  done: boolean;
  saved_ms: number;
}

export interface Manifest {
  /** Which edition of the archive the blocks are of. */
  edition: string;
  size: number;
  areas: Area[];
}

/** What of the browser's cache this needs; a test brings its own. */
export type Blocks = Pick<Cache, 'match' | 'put' | 'delete'>;

export class BlockStore {
  constructor(private readonly cache: Blocks) {}

  static async open(): Promise<BlockStore | null> {
    try {
      return 'caches' in globalThis ? new BlockStore(await caches.open(CACHE)) : null;
    } catch {
      // A shell or a private window without one: the map is paper and grid, or what the network gives.
      return null;
    }
  }

  /** What maps read. */
  manifest(): Promise<Manifest | null> {
    return this.read(MANIFEST);
  }

  setManifest(manifest: Manifest): Promise<void> {
    return this.write(MANIFEST, manifest);
  }

  /** Areas of another edition than the one in use, none of them whole. */
  next(): Promise<Manifest | null> {
    return this.read(NEXT);
  }

  /**
   * Writes down how far an area is. One of another edition stands beside those in use until it is whole: a
   * download that is cut off costs no map. Then it takes their place, and they are to be fetched anew.
   */
  async note(archive: Pick<Manifest, 'edition' | 'size'>, area: Area): Promise<void> {
    const { edition, size } = archive;
    const kept = await this.manifest();
    if (kept === null || kept.areas.length === 0 || kept.edition === edition) {
      return this.setManifest({ edition, size, areas: together(kept, area) });
    }
    const begun = await this.next();
    if (begun !== null && begun.edition !== edition) await this.forget(begun);
    const areas = together(begun?.edition === edition ? begun : null, area);
    if (!area.done) return this.write(NEXT, { edition, size, areas });
    const old = kept.areas.filter(({ id }) => !areas.some((one) => one.id === id));
    const outdated = old.map((one) => ({ ...one, blocks: [], bytes: 0, done: false }));
    await this.setManifest({ edition, size, areas: [...areas, ...outdated] });
    await this.cache.delete(NEXT);
    await this.forget(kept);
  }

  async has(edition: string, block: number): Promise<boolean> {
    return (await this.cache.match(nameOf(edition, block))) !== undefined;
  }

  async get(edition: string, block: number): Promise<ArrayBuffer | null> {
    const found = await this.cache.match(nameOf(edition, block));
    return found ? found.arrayBuffer() : null;
  }

  async put(edition: string, block: number, bytes: ArrayBuffer): Promise<void> {
    await this.cache.put(nameOf(edition, block), new Response(bytes));
  }

  /** Forgets an area and the blocks that no other one needs. */
  async drop(id: string): Promise<void> {
    const manifest = await this.manifest();
    const gone = manifest?.areas.find((area) => area.id === id);
    if (!manifest || !gone) return;
    const areas = manifest.areas.filter((area) => area !== gone);
    await this.setManifest({ ...manifest, areas });
    const kept = new Set(areas.flatMap(({ blocks }) => blocks));
    for (const block of gone.blocks) {
      if (!kept.has(block)) await this.cache.delete(nameOf(manifest.edition, block));
    }
  }

  private async forget(manifest: Manifest): Promise<void> {
    const blocks = new Set(manifest.areas.flatMap((area) => area.blocks));
    for (const block of blocks) await this.cache.delete(nameOf(manifest.edition, block));
  }

  private async read(name: string): Promise<Manifest | null> {
    const found = await this.cache.match(name);
    return found ? ((await found.json()) as Manifest) : null;
  }

  private async write(name: string, manifest: Manifest): Promise<void> {
    await this.cache.put(name, new Response(JSON.stringify(manifest)));
  }
}

function together(manifest: Manifest | null, area: Area): Area[] {
  return [...(manifest?.areas ?? []).filter(({ id }) => id !== area.id), area];
}

function nameOf(edition: string, block: number): string {
  return `/field-basemap/${encodeURIComponent(edition)}/${block}`;
}

/** Numbers of the blocks in which a range of bytes lies. */
export function blocksOf(offset: number, length: number): number[] {
  const first = Math.floor(offset / BLOCK_BYTES);
  const last = Math.floor((offset + Math.max(1, length) - 1) / BLOCK_BYTES);
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}
