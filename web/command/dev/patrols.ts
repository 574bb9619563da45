// Development only: patrols, their tracks with gaps, and the last positions.

import { Random } from '../../shared/src/planted/random.ts';
import { PLACES } from '../../shared/src/planted/terrain.ts';
import type { Author, PatrolDetail, Position, TrackFeature, Transport } from '../src/api/types.ts';
import { STATIONS } from './units.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SPEED_M_S: Record<string, number> = { horse: 2.1, motorcycle: 8.5, foot: 1.2, vehicle: 11 };

export const PEOPLE: Author[] = [
  '巴特尔',
  '王建国',
  '苏日娜',
  '李强',
  '额尔敦',
  '张伟',
  '娜仁花',
  '刘洋',
  '阿古拉',
  '陈明',
  '其木格',
  '赵磊',
  '布和',
  '孙浩',
  '乌云其其格',
  '周涛',
  '朝鲁',
  '吴敏',
  '宝音',
  '郑海峰',
  '萨仁',
  '高娃',
].map((name, i) => ({ person: (0x500 + i).toString(16).padStart(32, '0'), name }));

const TITLES = [
  '禁牧区日常巡查',
  '核心区边界巡逻',
  '矿区周边检查',
  '夜间防火巡护',
  '盗采重点区域蹲守',
  '春季休牧检查',
  '界桩巡检',
  '牧户走访',
];
const PURPOSES = [
  '核查禁牧户放牧情况，劝返越界畜群',
  '沿核心区界桩巡查，拍照记录',
  '检查矿区剥离物堆放',
  '防火期夜间巡护，检查火源',
];

export interface MockPatrol {
  detail: PatrolDetail;
  track: TrackFeature[];
}

interface Walk {
  points: [number, number][];
  lengthM: number;
}

const iso = (ms: number) => new Date(Math.round(ms)).toISOString();

/** A wandering line that starts near a station and turns back half way. */
function walk(random: Random, from: [number, number], count: number, stepM: number): Walk {
  const points: [number, number][] = [from];
  let heading = random.between(0, 2 * Math.PI);
  let [lon, lat] = from;
  let lengthM = 0;
  for (let i = 0; i < count; i += 1) {
    const home = Math.atan2(from[1] - lat, from[0] - lon);
    heading += random.between(-0.22, 0.22);
    if (i > count * 0.55) heading += 0.12 * Math.sin(home - heading);
    if (lon < 115.48 || lon > 116.72 || lat < 43.56 || lat > 44.33) heading += 0.6 * Math.sin(home - heading);
    lon += (Math.cos(heading) * stepM) / 80_000;
    lat += (Math.sin(heading) * stepM) / 111_000;
    lengthM += stepM;
    points.push([Number(lon.toFixed(6)), Number(lat.toFixed(6))]);
  }
  return { points, lengthM };
}

export function makePatrol(n: number, now: number): MockPatrol {
  const random = new Random(1000 + n * 77);
  const out = n < 14;
  const transport = (['horse', 'motorcycle', 'horse', 'vehicle', 'foot'] as const)[n % 5] as Transport;
  const startedMs = out ? now - random.between(1.2, 6) * HOUR_MS : now - random.between(8, 150) * HOUR_MS;
  const lastMs = out ? now - lag(n, random) : startedMs + random.between(2, 7) * HOUR_MS;
  const place = random.pick(PLACES).at;
  const from: [number, number] = [
    place[0] + random.between(-0.02, 0.02),
    place[1] + random.between(-0.02, 0.02),
  ];
  const duration = (lastMs - startedMs) / 1000;
  const speed = SPEED_M_S[transport] ?? 2;
  const count = Math.min(420, Math.max(60, Math.round(duration / 45)));
  const path = walk(random, from, count, Math.min((speed * duration) / count, 900));
  const id = (0x7000 + n).toString(16).padStart(32, 'a');
  const device = (0x9000 + n).toString(16).padStart(32, 'd');
  const track = split(path.points, {
    id,
    device,
    transport,
    startedMs,
    lastMs,
    gaps: n % 3 === 0 ? 2 : n % 4 === 0 ? 1 : 0,
  });
  const gaps = track.filter((feature) => feature.properties.kind === 'gap').length;
  const team = [PEOPLE[(n * 2) % PEOPLE.length], PEOPLE[(n * 2 + 1) % PEOPLE.length]] as Author[];
  const declared =
    out && (n === 5 || n === 9)
      ? startedMs + (lastMs - startedMs) * 0.9
      : out && n % 4 === 2
        ? now + 3 * HOUR_MS
        : null;
  const lats = path.points.map((p) => p[1]);
  const lons = path.points.map((p) => p[0]);
  const detail: PatrolDetail = {
    id,
    unit: (STATIONS[n % STATIONS.length] ?? STATIONS[0])?.id ?? '',
    title: n === 11 ? null : (TITLES[n % TITLES.length] ?? null),
    purpose: PURPOSES[n % PURPOSES.length] ?? null,
    campaign: n % 6 === 0 ? '昆仑-2026' : null,
    state: out ? 'out' : 'ended',
    transport,
    team: n % 7 === 3 ? [...team, PEOPLE[(n * 2 + 2) % PEOPLE.length] as Author] : team,
    device,
    started_at: iso(startedMs),
    ended_at: out ? null : iso(lastMs),
    declared_return_at: declared === null ? null : iso(declared),
    distance_m: Math.round(path.lengthM),
    duration_s: Math.round(out ? (now - startedMs) / 1000 : duration),
    fixes: count * 42,
    segments: Math.ceil((count * 42) / 300),
    gaps,
    first_known_at: iso(startedMs + 2 * MINUTE_MS),
    last_known_at: iso(out ? lastMs + 20_000 : lastMs + (n % 5 === 0 ? 40 * HOUR_MS : 3 * MINUTE_MS)),
    bbox: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    legs: legs(track, path.lengthM, out),
    notes: n % 3 === 1 ? '午后北风五级，沙尘，能见度约两公里；15:20 遇牧民一户，已登记。' : null,
    conflicts: [],
  };
  return { detail, track };
}

function lag(n: number, random: Random): number {
  if (n % 4 === 2) return random.between(50, 110) * MINUTE_MS;
  if (n === 5 || n === 9) return random.between(40, 70) * MINUTE_MS;
  return n % 3 === 1 ? random.between(7, 26) * MINUTE_MS : random.between(0.3, 4) * MINUTE_MS;
}

interface Cut {
  id: string;
  device: string;
  transport: Transport;
  startedMs: number;
  lastMs: number;
  gaps: number;
}

function split(points: [number, number][], cut: Cut): TrackFeature[] {
  const at = (i: number) => iso(cut.startedMs + ((cut.lastMs - cut.startedMs) * i) / (points.length - 1));
  const features: TrackFeature[] = [];
  const pieces = cut.gaps + 1;
  const size = Math.floor(points.length / pieces);
  const causes = ['no_fix', 'paused', 'low_battery'];
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = piece * size;
    const until = piece === pieces - 1 ? points.length - 1 : (piece + 1) * size - 12;
    const coordinates = points.slice(from, until + 1);
    const transport = piece > 0 && cut.transport === 'vehicle' ? 'foot' : cut.transport;
    features.push({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates },
      properties: {
        kind: 'track',
        leg: piece + 1,
        transport,
        from: at(from),
        until: at(until),
        known_at: at(until),
        device: cut.device,
        segment: `${cut.id.slice(4)}${(0x1000 + piece).toString(16)}`,
        patrol: cut.id,
      },
    });
    const next = points[(piece + 1) * size];
    const last = points[until];
    if (piece < pieces - 1 && next && last) {
      features.push({
        type: 'Feature',
        geometry: { type: 'LineString', coordinates: [last, next] },
        properties: {
          kind: 'gap',
          cause: causes[piece % 3] ?? 'no_fix',
          from: at(until),
          until: at((piece + 1) * size),
          patrol: cut.id,
        },
      });
    }
  }
  return features;
}

function legs(track: TrackFeature[], lengthM: number, out: boolean): PatrolDetail['legs'] {
  const pieces = track.flatMap((feature) =>
    feature.properties.kind === 'track' ? [feature.properties] : [],
  );
  return pieces.map((piece, i) => ({
    n: i + 1,
    transport: piece.transport,
    started_at: piece.from,
    ended_at: out && i === pieces.length - 1 ? null : piece.until,
    distance_m: Math.round(lengthM / pieces.length),
  }));
}

export function positionOf(patrol: MockPatrol, now: number, n: number): Position {
  const lines = patrol.track.filter((feature) => feature.properties.kind === 'track');
  const last = lines.at(-1);
  const [lon = 0, lat = 0] = last?.geometry.coordinates.at(-1) ?? [];
  const at = last?.properties.until ?? iso(now);
  const lead = patrol.detail.team[0] as Author;
  return {
    device: patrol.detail.device,
    patrol: patrol.detail.id,
    unit: patrol.detail.unit,
    person: { id: lead.person, name: lead.name },
    transport: patrol.detail.transport,
    lon,
    lat,
    at,
    known_at: iso(Date.parse(at) + 15_000),
    age_ms: now - Date.parse(at),
    speed_cms: n % 4 === 2 ? 0 : 180 + n * 20,
    bearing_deg: (n * 47) % 360,
    acc_dm: 35 + n,
    battery_pct: 92 - n * 5,
    source: n % 3 === 0 ? 'segment' : 'beacon',
    declared_return_at: patrol.detail.declared_return_at,
  };
}
