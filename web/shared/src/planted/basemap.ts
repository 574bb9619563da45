// Development only: a PMTiles archive of the made-up steppe, written in memory, with the layers of docs/api.md.

import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { Feature, FeatureCollection } from 'geojson';
import { zxyToTileId } from 'pmtiles';
import { blob, contour, feature, PLACES, stream, sway, WORLD } from './terrain.ts';

const MIN_ZOOM = 5;
const MAX_ZOOM = 11;
const EXTENT = 4096;

type Layers = Record<string, Feature[]>;

function layers(): Layers {
  return {
    land: land(),
    water: water(),
    stream: streams(),
    contour: contours(),
    road: roads(),
    settlement: places(),
  };
}

function land(): Feature[] {
  const { w, s, e, n } = WORLD;
  const ring = [
    [w, s],
    [e, s],
    [e, n],
    [w, n],
    [w, s],
  ];
  const found: Feature[] = [feature({ type: 'Polygon', coordinates: [ring] }, { kind: 'grass' })];
  const patches: [string, number, number, number, number][] = [
    ['meadow', 115.85, 43.98, 0.16, 0.1],
    ['meadow', 116.42, 44.15, 0.2, 0.11],
    ['meadow', 116.22, 43.72, 0.13, 0.07],
    ['sand', 115.62, 43.62, 0.12, 0.07],
    ['sand', 116.62, 43.93, 0.11, 0.12],
    ['farm', 116.12, 44.02, 0.06, 0.035],
    ['farm', 116.02, 43.88, 0.05, 0.03],
    ['wood', 115.68, 44.26, 0.1, 0.06],
    ['wood', 116.55, 43.62, 0.08, 0.05],
  ];
  patches.forEach(([kind, lon, lat, rx, ry], i) => {
    found.push(feature(blob(lon, lat, rx, ry, i * 1.7 + 1), { kind }));
  });
  return found;
}

function water(): Feature[] {
  return [
    feature(blob(116.46, 44.2, 0.05, 0.022, 2.2), {}),
    feature(blob(115.83, 43.79, 0.024, 0.013, 4.1), {}),
    feature(blob(116.6, 43.8, 0.016, 0.012, 1.1), {}),
  ];
}

function streams(): Feature[] {
  const springs: [number, number][] = [
    [115.6, 44.2],
    [115.95, 44.28],
    [116.3, 44.3],
    [116.65, 44.05],
    [116.2, 43.85],
    [115.75, 43.85],
    [116.45, 43.65],
    [115.55, 43.7],
    [116.0, 43.7],
  ];
  return springs.flatMap(([lon, lat]) => {
    const coordinates = stream(lon, lat);
    return coordinates.length > 6 ? [feature({ type: 'LineString', coordinates }, {})] : [];
  });
}

function contours(): Feature[] {
  const found: Feature[] = [];
  for (let level = 900; level <= 1300; level += 20) {
    for (const coordinates of contour(level)) {
      found.push(feature({ type: 'LineString', coordinates }, { ele_m: level, index: level % 100 === 0 }));
    }
  }
  return found;
}

function roads(): Feature[] {
  const at = (i: number) => PLACES[i]?.at ?? [0, 0];
  const major: [number, number][] = [
    [0, 1],
    [0, 2],
    [0, 7],
    [7, 3],
    [0, 4],
  ];
  const tracks: [number, number][] = [
    [1, 8],
    [2, 5],
    [4, 6],
    [4, 8],
    [6, 3],
    [1, 5],
    [7, 2],
  ];
  return [
    ...major.map(([a, b]) => feature(sway(at(a), at(b), 0.05), { kind: 'major' })),
    ...tracks.map(([a, b]) => feature(sway(at(a), at(b), 0.12), { kind: 'track' })),
    feature(sway(at(0), [WORLD.e, 43.98], 0.03), { kind: 'major' }),
    feature(sway(at(0), [WORLD.w, 43.92], 0.03), { kind: 'major' }),
  ];
}

function places(): Feature[] {
  return PLACES.map((place) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: place.at },
    properties: { name_zh: place.zh, name_en: place.en, name_mn: place.mn, rank: place.rank },
  }));
}

/** The whole archive. */
export function basemapArchive(): Uint8Array {
  const indexes = Object.entries(layers()).map(([name, features]) => {
    const data: FeatureCollection = { type: 'FeatureCollection', features };
    return [
      name,
      new GeoJSONVT(data, { maxZoom: MAX_ZOOM, indexMaxZoom: MAX_ZOOM, extent: EXTENT, buffer: 64 }),
    ] as const;
  });
  const tiles: { id: number; data: Uint8Array }[] = [];
  for (let z = MIN_ZOOM; z <= MAX_ZOOM; z += 1) {
    const [x0, y1] = tileOf(WORLD.w, WORLD.s, z);
    const [x1, y0] = tileOf(WORLD.e, WORLD.n, z);
    for (let x = x0; x <= x1; x += 1) {
      for (let y = y0; y <= y1; y += 1) {
        const found = indexes.flatMap(([name, index]) => {
          const tile = index.getTile(z, x, y);
          return tile ? [[name, tile] as const] : [];
        });
        if (found.length === 0) continue;
        const data = fromGeojsonVt(Object.fromEntries(found), { version: 2, extent: EXTENT });
        tiles.push({ id: zxyToTileId(z, x, y), data });
      }
    }
  }
  return archive(tiles.sort((a, b) => a.id - b.id));
}

function tileOf(lon: number, lat: number, z: number): [number, number] {
  const n = 2 ** z;
  const r = (lat * Math.PI) / 180;
  const y = ((1 - Math.log(Math.tan(r) + 1 / Math.cos(r)) / Math.PI) / 2) * n;
  return [Math.floor(((lon + 180) / 360) * n), Math.floor(y)];
}

/** PMTiles version 3 with one root directory and nothing compressed. */
function archive(tiles: { id: number; data: Uint8Array }[]): Uint8Array {
  const directory = Uint8Array.from(directoryBytes(tiles));
  const metadata = new TextEncoder().encode(JSON.stringify({ name: 'mock', vector_layers: [] }));
  const dirAt = 127;
  const metaAt = dirAt + directory.length;
  const dataAt = metaAt + metadata.length;
  const total = tiles.reduce((sum, tile) => sum + tile.data.length, 0);
  const bytes = new Uint8Array(dataAt + total);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('PMTiles'), 0);
  view.setUint8(7, 3);
  const longs = [dirAt, directory.length, metaAt, metadata.length, 0, 0, dataAt, total];
  longs.push(tiles.length, tiles.length, tiles.length);
  longs.forEach((value, i) => {
    view.setBigUint64(8 + i * 8, BigInt(value), true);
  });
  // Clustered, no internal compression, no tile compression, vector tiles, zooms.
  [1, 1, 1, 1, MIN_ZOOM, MAX_ZOOM].forEach((value, i) => {
    view.setUint8(96 + i, value);
  });
  [WORLD.w, WORLD.s, WORLD.e, WORLD.n].forEach((value, i) => {
    view.setInt32(102 + i * 4, Math.round(value * 1e7), true);
  });
  view.setUint8(118, 8);
  view.setInt32(119, Math.round(116.1e7), true);
  view.setInt32(123, Math.round(43.95e7), true);
  bytes.set(directory, dirAt);
  bytes.set(metadata, metaAt);
  let at = dataAt;
  for (const tile of tiles) {
    bytes.set(tile.data, at);
    at += tile.data.length;
  }
  return bytes;
}

function directoryBytes(tiles: { id: number; data: Uint8Array }[]): number[] {
  const out: number[] = [];
  const put = (value: number) => {
    let rest = value;
    while (rest > 127) {
      out.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    out.push(rest);
  };
  put(tiles.length);
  let last = 0;
  for (const tile of tiles) {
    put(tile.id - last);
    last = tile.id;
  }
  for (const _ of tiles) put(1);
  for (const tile of tiles) put(tile.data.length);
  tiles.forEach((_, i) => {
    put(i === 0 ? 1 : 0);
  });
  return out;
}
