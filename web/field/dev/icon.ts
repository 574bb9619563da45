// The app's icon as PNG, drawn at build time from the same lines as public/tala.svg: no binary stands in the tree.

import { crc32, deflateSync } from 'node:zlib';

type Rgb = readonly [number, number, number];
type Point = readonly [number, number];

const GREEN: Rgb = [0x2f, 0x6b, 0x4f];
const PAPER: Rgb = [0xf7, 0xf6, 0xf1];
const FAR: Rgb = [0xb1, 0xc5, 0xb8];
const SUN: Rgb = [0xe0, 0xb1, 0x5a];
/** Samples along one side of a pixel. */
const FINE = 3;
const HALF_STROKE = 1.2;
const RADIUS = 7;

/** Two hills and a sun on a 32 x 32 field, as cubic curves. */
const NEAR_HILL = curve([4, 23], [9, 22], [11, 16], [16, 16]).concat(
  curve([16, 16], [21, 16], [23, 21], [28, 20]),
);
const FAR_HILL = curve([4, 17], [8, 17], [10, 11], [15, 11]).concat(
  curve([15, 11], [20, 11], [23, 15], [28, 14]),
);

/** `maskable` fills the square and keeps the drawing in the safe middle. */
export function iconPng(size: number, maskable: boolean): Buffer {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  const scale = maskable ? 32 / 0.72 : 32;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const sum = [0, 0, 0, 0];
      for (let fine = 0; fine < FINE * FINE; fine += 1) {
        const u = ((x + ((fine % FINE) + 0.5) / FINE) / size - 0.5) * scale + 16;
        const v = ((y + (Math.floor(fine / FINE) + 0.5) / FINE) / size - 0.5) * scale + 16;
        const colour = colourAt([u, v], maskable);
        if (colour === null) continue;
        colour.forEach((part, at) => {
          sum[at] = (sum[at] ?? 0) + part;
        });
        sum[3] = (sum[3] ?? 0) + 1;
      }
      const hits = sum[3] || 1;
      const pixel = [...sum.slice(0, 3).map((part) => part / hits), ((sum[3] ?? 0) / FINE ** 2) * 255];
      pixel.forEach((part, at) => {
        rows[y * (size * 4 + 1) + 1 + x * 4 + at] = Math.round(part);
      });
    }
  }
  return png(size, rows);
}

function colourAt(at: Point, whole: boolean): Rgb | null {
  if (!whole && !inRoundedSquare(at)) return null;
  if (Math.hypot(at[0] - 21, at[1] - 8) <= 2.6) return SUN;
  if (near(NEAR_HILL, at)) return PAPER;
  return near(FAR_HILL, at) ? FAR : GREEN;
}

function inRoundedSquare([x, y]: Point): boolean {
  const dx = Math.max(RADIUS - x, x - (32 - RADIUS), 0);
  const dy = Math.max(RADIUS - y, y - (32 - RADIUS), 0);
  return x >= 0 && x <= 32 && y >= 0 && y <= 32 && Math.hypot(dx, dy) <= RADIUS;
}

/** Asked five million times: plain sums over a line that runs from left to right, and only where it is near. */
function near(line: readonly Point[], [x, y]: Point): boolean {
  for (let at = 0; at < line.length; at += 1) {
    const point = line[at] as Point;
    const dx = point[0] - x;
    if (dx < -HALF_STROKE) continue;
    if (dx > HALF_STROKE) return false;
    const dy = point[1] - y;
    if (dx * dx + dy * dy <= HALF_STROKE * HALF_STROKE) return true;
  }
  return false;
}

function curve(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: 49 }, (_, n) => {
    const [t, s] = [n / 48, 1 - n / 48];
    const mix = (at: 0 | 1) =>
      s ** 3 * a[at] + 3 * s * s * t * b[at] + 3 * s * t * t * c[at] + t ** 3 * d[at];
    return [mix(0), mix(1)];
  });
}

function png(size: number, rows: Buffer): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  // Eight bits, colour with alpha.
  head.set([8, 6, 0, 0, 0], 8);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([mark, ...parts]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
