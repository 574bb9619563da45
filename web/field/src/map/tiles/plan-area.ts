// Which blocks of the archive an area needs: the directories on the way and the tiles over it at every zoom.

import {
  type Entry,
  findTile,
  type Header,
  PMTiles,
  ResolvedValueCache,
  type Source,
  zxyToTileId,
} from 'pmtiles';
import { blocksOf } from './block-store.ts';

/** More tiles than this are not an area but a country. */
const TILES_MAX = 60_000;
const DIRECTORY_DEPTH = 4;

export type Box = [number, number, number, number];

/** Numbers of the blocks, in order; null where the area is too large. */
export async function blocksFor(source: Source, box: Box | null): Promise<number[] | null> {
  const header = await new PMTiles(source).getHeader();
  const ids = tileIds(header, box ?? [header.minLon, header.minLat, header.maxLon, header.maxLat]);
  if (ids === null) return null;
  const blocks = new Set(blocksOf(0, header.rootDirectoryOffset + header.rootDirectoryLength));
  for (const block of blocksOf(header.jsonMetadataOffset, header.jsonMetadataLength)) blocks.add(block);
  const reader = new Directories(source, header);
  for (const id of ids) {
    for (const [offset, length] of await reader.rangesOf(id)) {
      for (const block of blocksOf(offset, length)) blocks.add(block);
    }
  }
  return [...blocks].sort((a, b) => a - b);
}

class Directories {
  private readonly cache = new ResolvedValueCache();

  constructor(
    private readonly source: Source,
    private readonly header: Header,
  ) {}

  /** The ranges that are read on the way to a tile, and its own. */
  async rangesOf(id: number): Promise<[number, number][]> {
    const { header, source } = this;
    const ranges: [number, number][] = [];
    let [offset, length] = [header.rootDirectoryOffset, header.rootDirectoryLength];
    for (let depth = 0; depth < DIRECTORY_DEPTH; depth += 1) {
      const entries: Entry[] = await this.cache.getDirectory(source, offset, length, header);
      const entry = findTile(entries, id);
      if (entry === null) return ranges;
      if (entry.runLength > 0) return [...ranges, [header.tileDataOffset + entry.offset, entry.length]];
      [offset, length] = [header.leafDirectoryOffset + entry.offset, entry.length];
      ranges.push([offset, length]);
    }
    return ranges;
  }
}

/** Tiles over a box at every zoom of the archive. */
export function tileIds(header: Pick<Header, 'minZoom' | 'maxZoom'>, box: Box): number[] | null {
  const ids: number[] = [];
  for (let z = header.minZoom; z <= header.maxZoom; z += 1) {
    const [x0, y0] = tileAt(box[0], box[3], z);
    const [x1, y1] = tileAt(box[2], box[1], z);
    if (ids.length + (x1 - x0 + 1) * (y1 - y0 + 1) > TILES_MAX) return null;
    for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) ids.push(zxyToTileId(z, x, y));
  }
  return ids;
}

function tileAt(lon: number, lat: number, z: number): [number, number] {
  const n = 2 ** z;
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  const x = Math.floor(((lon + 180) / 360) * n);
  const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * n);
  return [Math.max(0, Math.min(n - 1, x)), Math.max(0, Math.min(n - 1, y))];
}

/** A square around a place, `km` to each side. */
export function around(lon: number, lat: number, km: number): Box {
  const dLat = km / 111.32;
  const dLon = dLat / Math.max(0.2, Math.cos((lat * Math.PI) / 180));
  return [lon - dLon, lat - dLat, lon + dLon, lat + dLat];
}
