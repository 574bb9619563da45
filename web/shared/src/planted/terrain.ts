// Development only: a made-up piece of steppe. Heights are a sum of sines; everything else follows from them.

import type { Feature, LineString, Polygon, Position } from 'geojson';

export const WORLD = { w: 114.6, s: 42.9, e: 117.6, n: 45.0 };
/** Heights are measured from here, so that the ground stays where it is when the world grows. */
const ORIGIN = { lon: 115.4, lat: 43.5 };

/** Height in metres at a place. */
export function heightM(lon: number, lat: number): number {
  const x = (lon - ORIGIN.lon) * 8;
  const y = (lat - ORIGIN.lat) * 11;
  const broad =
    Math.sin(x * 0.7 + 0.4 * Math.sin(y * 0.6)) * 70 + Math.cos(y * 0.8 + 0.5 * Math.sin(x * 0.5)) * 60;
  const fine =
    Math.sin(x * 1.9 + y * 1.3) * 26 + Math.sin(x * 3.1 - y * 2.3) * 12 + Math.cos(y * 4.1 + x) * 7;
  return 1080 + broad + fine;
}

/** Contour lines of one height, joined from the cells they cross. */
export function contour(level: number, step = 0.0125): Position[][] {
  const next = new Map<string, Position[]>();
  const key = (p: Position) => `${p[0]?.toFixed(5)},${p[1]?.toFixed(5)}`;
  const segments: [Position, Position][] = [];
  for (let lon = WORLD.w; lon < WORLD.e - step / 2; lon += step) {
    for (let lat = WORLD.s; lat < WORLD.n - step / 2; lat += step) {
      segments.push(...cell(level, lon, lat, step));
    }
  }
  for (const [a, b] of segments) {
    next.set(key(a), [...(next.get(key(a)) ?? []), b]);
    next.set(key(b), [...(next.get(key(b)) ?? []), a]);
  }
  const used = new Set<string>();
  const walk = (from: Position): Position[] => {
    const line = [from];
    let here = from;
    for (;;) {
      used.add(key(here));
      const on = (next.get(key(here)) ?? []).find((one) => !used.has(key(one)));
      if (!on) return line;
      line.push(on);
      here = on;
    }
  };
  const ends = segments
    .flat()
    .sort((a, b) => (next.get(key(a))?.length ?? 0) - (next.get(key(b))?.length ?? 0));
  return ends
    .filter((end) => !used.has(key(end)))
    .map(walk)
    .filter((line) => line.length > 3);
}

function cell(level: number, lon: number, lat: number, step: number): [Position, Position][] {
  const corners: Position[] = [
    [lon, lat],
    [lon + step, lat],
    [lon + step, lat + step],
    [lon, lat + step],
  ];
  const cuts: Position[] = [];
  for (let i = 0; i < 4; i += 1) {
    const [a, b] = [corners[i] as Position, corners[(i + 1) % 4] as Position];
    const [ha, hb] = [heightM(a[0] ?? 0, a[1] ?? 0), heightM(b[0] ?? 0, b[1] ?? 0)];
    if (ha < level === hb < level) continue;
    const f = (level - ha) / (hb - ha);
    cuts.push([(a[0] ?? 0) + f * ((b[0] ?? 0) - (a[0] ?? 0)), (a[1] ?? 0) + f * ((b[1] ?? 0) - (a[1] ?? 0))]);
  }
  const [a, b, c, d] = cuts;
  const found: [Position, Position][] = [];
  if (a && b) found.push([a, b]);
  if (c && d) found.push([c, d]);
  return found;
}

/** Water runs down from a spring until it leaves the world or finds a hollow. */
export function stream(lon: number, lat: number): Position[] {
  const line: Position[] = [[lon, lat]];
  let [x, y] = [lon, lat];
  let heading = 0;
  for (let i = 0; i < 220; i += 1) {
    const d = 0.004;
    const gx = heightM(x + d, y) - heightM(x - d, y);
    const gy = heightM(x, y + d) - heightM(x, y - d);
    const steep = Math.hypot(gx, gy);
    heading = steep < 0.3 ? heading : Math.atan2(-gy, -gx) + 0.35 * Math.sin(i * 0.7);
    x += Math.cos(heading) * 0.005;
    y += Math.sin(heading) * 0.004;
    if (x < WORLD.w || x > WORLD.e || y < WORLD.s || y > WORLD.n) break;
    line.push([x, y]);
    if (steep < 0.15 && i > 40) break;
  }
  return line;
}

/** A rounded, uneven patch. */
export function blob(lon: number, lat: number, rx: number, ry: number, seed: number, n = 40): Polygon {
  const ring: Position[] = [];
  for (let i = 0; i <= n; i += 1) {
    const a = ((i % n) / n) * 2 * Math.PI;
    const r =
      1 + 0.18 * Math.sin(3 * a + seed) + 0.12 * Math.sin(5 * a + seed * 2.3) + 0.05 * Math.sin(9 * a + seed);
    ring.push([lon + Math.cos(a) * rx * r, lat + Math.sin(a) * ry * r]);
  }
  return { type: 'Polygon', coordinates: [ring] };
}

/** A road that sways a little between two places. */
export function sway(from: Position, to: Position, amount: number, n = 60): LineString {
  const [ax = 0, ay = 0] = from;
  const [bx = 0, by = 0] = to;
  const coordinates: Position[] = [];
  for (let i = 0; i <= n; i += 1) {
    const f = i / n;
    const off = amount * Math.sin(f * Math.PI) * (Math.sin(f * 9) + 0.4 * Math.sin(f * 21));
    coordinates.push([ax + f * (bx - ax) - off * (by - ay), ay + f * (by - ay) + off * (bx - ax)]);
  }
  return { type: 'LineString', coordinates };
}

export interface Place {
  zh: string;
  mn: string;
  en: string;
  at: [number, number];
  rank: number;
}

export const PLACES: Place[] = [
  { zh: '示例镇', en: 'Shili Town', mn: 'Шили балгас', at: [116.07, 43.95], rank: 1 },
  { zh: '白音塔拉苏木', en: 'Bayan Tala', mn: 'ᠪᠠᠶᠠᠨ ᠲᠠᠯ᠎ᠠ', at: [115.72, 44.12], rank: 2 },
  { zh: '查干诺尔', en: 'Chagan Nuur', mn: 'ᠴᠠᠭᠠᠨ ᠨᠠᠭᠤᠷ', at: [116.42, 44.16], rank: 2 },
  { zh: '乌兰宝力格', en: 'Ulaan Bulag', mn: 'ᠤᠯᠠᠭᠠᠨ ᠪᠤᠯᠠᠭ', at: [116.5, 43.74], rank: 2 },
  { zh: '呼和额日格', en: 'Khökh Ereg', mn: 'Хөх Эрэг', at: [115.78, 43.7], rank: 2 },
  { zh: '阿尔善嘎查', en: 'Arshaan', mn: 'Аршаан', at: [116.2, 44.26], rank: 3 },
  { zh: '哈日根台', en: 'Khargantai', mn: 'Харгантай', at: [115.95, 43.62], rank: 3 },
  { zh: '巴彦高勒', en: 'Bayan Gol', mn: 'Баян гол', at: [116.3, 43.9], rank: 3 },
  { zh: '萨如拉', en: 'Saruul', mn: 'Саруул', at: [115.55, 43.88], rank: 3 },
];

export function feature<G extends Polygon | LineString>(
  geometry: G,
  properties: Record<string, unknown>,
): Feature<G> {
  return { type: 'Feature', geometry, properties };
}
