// Development only: incidents with evidence, provenance, conflicts, triage and history.

import type { Feature as GeoFeature, Polygon } from 'geojson';
import { Random } from '../../shared/src/planted/random.ts';
import { blob } from '../../shared/src/planted/terrain.ts';
import type {
  Evidence,
  Field,
  HistoryEntry,
  IncidentDetail,
  IncidentType,
  LonLat,
  Triage,
} from '../src/api/types.ts';
import { PEOPLE } from './patrols.ts';
import { STATIONS } from './units.ts';

const HOUR_MS = 3_600_000;
const MU_M2 = 10_000 / 15;
const iso = (ms: number) => new Date(Math.round(ms)).toISOString();

const TYPES: [string, string, string, string][] = [
  ['reclamation', '非法开垦', 'Illegal reclamation', 'crime_unit'],
  ['mining', '非法采矿', 'Illegal mining', 'crime_unit'],
  ['soil', '盗采草皮沙土', 'Turf or soil theft', 'crime_unit'],
  ['construction', '违法建设', 'Illegal construction', 'administration'],
  ['dumping', '倾倒废物', 'Dumping', 'crime_unit'],
  ['grazing_ban', '禁牧区放牧', 'Grazing in a ban', 'sumu'],
  ['overload', '超载放牧', 'Overgrazing', 'sumu'],
  ['off_road', '机动车碾压草原', 'Off-road driving', 'administration'],
  ['poaching', '盗猎野生动物', 'Poaching', 'crime_unit'],
  ['herb_digging', '采挖野生药材', 'Herb digging', 'crime_unit'],
  ['fire', '草原火情', 'Grassland fire', 'fire_command'],
  ['fence', '破坏围栏', 'Fence damage', 'administration'],
  ['other', '其他', 'Other', 'administration'],
];

export const INCIDENT_TYPES: IncidentType[] = TYPES.map(([code, zh, en, route], order) => ({
  code,
  icon: code,
  labels: { zh, en, mn_cyrl: null, mn_mong: null },
  route,
  order,
}));

const TITLES: Record<string, string[]> = {
  reclamation: ['北坡新翻耕地，犁沟明显', '围栏内草场被翻耕种植', '疑似夜间开垦，地表裸露'],
  mining: ['河床采砂，两台铲车作业', '废弃矿坑重新开挖'],
  soil: ['路旁草皮被整块铲走', '取土坑，深约一米半'],
  construction: ['草场内新建彩钢房两间'],
  dumping: ['沟内倾倒建筑垃圾约三车', '废油桶十余只，有渗漏'],
  grazing_ban: ['禁牧区内羊群约二百只', '牛群越界进入核心区缓冲带', '围栏剪口处有放牧痕迹'],
  overload: ['承包草场牲畜数明显超出核定数'],
  off_road: ['越野车队碾压草原，新辙三道', '摩托车追赶黄羊留下辙印'],
  poaching: ['发现铁丝套七处', '疑似电捕旱獭工具'],
  herb_digging: ['三人采挖防风，已制止'],
  fire: ['北侧山脊见烟，火线约四百米'],
  fence: ['围栏被剪断二十米'],
  other: ['界桩被推倒'],
};

const NARRATIVE =
  '14 时许巡逻至北坡，发现围栏内草场新近被机械翻耕，犁沟走向东西，深约 20 厘米，地表植被全部破坏。现场无人，南侧有轮胎印通往便道，已拍照并沿边界步行测量一周。附近牧户称前夜听到拖拉机声。';

export function makeIncident(n: number, now: number, patrols: { id: string; at: LonLat }[]): IncidentDetail {
  const random = new Random(5000 + n * 131);
  const type = INCIDENT_TYPES[n === 3 ? 10 : n % 3 === 0 ? 0 : (n * 5) % 12] as IncidentType;
  const ageMs =
    n === 0 ? 6 * 60_000 : n < 9 ? random.between(0.4, 20) * HOUR_MS : random.between(20, 160) * HOUR_MS;
  const occurred = now - ageMs;
  const known = n % 6 === 4 ? occurred + Math.min(ageMs * 0.9, 50 * HOUR_MS) : occurred + 40_000;
  const patrol = n % 4 === 3 ? null : patrols[n % patrols.length];
  const point: LonLat = patrol
    ? [patrol.at[0] + random.between(-0.03, 0.03), patrol.at[1] + random.between(-0.02, 0.02)]
    : [random.between(115.55, 116.65), random.between(43.62, 44.3)];
  const titles = TITLES[type.code] ?? ['界桩被推倒'];
  const by = PEOPLE[(n * 3) % PEOPLE.length] ?? { person: '', name: '' };
  const other = PEOPLE[(n * 3 + 5) % PEOPLE.length] ?? by;
  const area = ['reclamation', 'soil', 'mining'].includes(type.code)
    ? ([20.4, 4.8, 9.3, 61.7, 10.9][n % 5] ?? 20.4)
    : null;
  const error = area === null ? null : Math.max(0.3, area * 0.074);
  const severity =
    type.code === 'fire'
      ? 'emergency'
      : ((['medium', 'low', 'high', 'medium', null] as const)[n % 5] ?? null);
  const title = n === 13 ? null : (titles[n % titles.length] ?? null);
  const id = (0x3000 + n).toString(16).padStart(32, 'b');
  const device = (0x9000 + (n % 14)).toString(16).padStart(32, 'd');
  const conflicted = n % 7 === 0;
  const triage = area === null ? null : triageOf(area, error ?? 0, type.code);
  const geometry: Polygon | null = area === null ? null : patch(point, area * MU_M2, n);
  const field = (path: string, value: unknown, source: string, hours = 0): Field => ({
    path,
    value,
    source,
    by,
    device,
    at: iso(occurred + hours * HOUR_MS),
    conflicts: [],
  });
  const fields = [
    field('title', title, 'typed'),
    field('category', type.code, 'typed'),
    field('severity', severity, 'typed'),
    field('narrative', n % 5 === 4 ? null : NARRATIVE, 'typed', 0.3),
    field('occurred_at', iso(occurred), 'measured_gnss'),
    field('point', point, n % 5 === 2 ? 'offset' : 'measured_gnss'),
    ...(area === null ? [] : [field('area_m2', area * MU_M2, n % 4 === 1 ? 'drawn' : 'measured_gnss', 0.2)]),
  ];
  if (conflicted) addConflicts(fields, title, other, device, occurred);
  return {
    id,
    unit: (STATIONS[n % STATIONS.length] ?? STATIONS[0])?.id ?? '',
    category: { code: type.code, label: type.labels },
    title,
    severity,
    occurred_at: iso(occurred),
    known_at: iso(known),
    reporter: by,
    patrol: patrol?.id ?? null,
    point: n === 17 ? null : point,
    area_m2: area === null ? null : area * MU_M2,
    area_error_m2: error === null ? null : error * MU_M2,
    band: triage?.band ?? null,
    route: type.route,
    photos: n % 5 === 4 ? 0 : 3 + (n % 4),
    conflicts: conflicted ? 2 : 0,
    unread: n < 5,
    state: n % 11 === 8 ? 'quarantined_part' : 'at_centre',
    narrative: n % 5 === 4 ? null : NARRATIVE,
    geometry: geometry ?? (n === 17 ? null : { type: 'Point', coordinates: point }),
    offset:
      n % 5 === 2
        ? { bearing_deg: 215, distance_m: 640, observer: [point[0] + 0.0048, point[1] + 0.0047] }
        : null,
    campaign: n % 4 === 0 ? '昆仑-2026' : null,
    fields,
    evidence: n % 5 === 4 ? [] : evidence(n, id, 3 + (n % 4), occurred, point, random),
    triage,
    history: history(fields, occurred, known, by, other, device, random, n),
    quarantine: n % 11 === 8 ? [{ envelope: random.hex(66), reason: 'unknown_parent', at: iso(known) }] : [],
    newer: n % 9 === 6 ? [{ path: 'soil_sample.depth_cm', value: 20 }] : [],
  };
}

function addConflicts(
  fields: Field[],
  title: string | null,
  other: { person: string; name: string },
  device: string,
  occurred: number,
) {
  for (const [path, value] of [
    ['title', '草场被翻耕，疑似开垦'],
    ['severity', 'high'],
  ] as const) {
    const field = fields.find((one) => one.path === path);
    if (!field) continue;
    const mine = {
      value: path === 'title' ? title : (field.value ?? 'medium'),
      by: field.by,
      device,
      at: field.at,
      winner: true,
    };
    const theirs = {
      value,
      by: other,
      device: device.replace(/.$/, '7'),
      at: iso(occurred + 95_000),
      winner: false,
    };
    field.conflicts = [mine, theirs];
  }
}

function patch(point: LonLat, areaM2: number, n: number): Polygon {
  const r = Math.sqrt(areaM2 / Math.PI);
  return blob(point[0], point[1], (r * 1.3) / 80_000, (r * 0.78) / 111_000, n, 11);
}

function triageOf(area: number, error: number, code: string): Triage {
  const threshold = code === 'reclamation' ? 20 : 10;
  const band =
    area - error > threshold
      ? 'criminal_lead'
      : area + error >= threshold
        ? 'near_threshold'
        : 'administrative';
  return {
    band,
    amount_mu: area,
    error_mu: error,
    threshold_mu: threshold,
    rule: {
      id: `grassland.${code}`,
      version: 3,
      effective_from: '2025-03-01',
      source: '示例规则库（虚构），第 3 版，第 2 条',
      text: {
        zh: `非法开垦、破坏草原达到 ${threshold} 亩以上的，作为刑事线索移送环食药侦审查。`,
        en: `Reclaiming or destroying ${threshold} mu of grassland or more goes to the crime unit as a criminal lead.`,
      },
    },
  };
}

function evidence(
  n: number,
  id: string,
  count: number,
  occurred: number,
  point: LonLat,
  random: Random,
): Evidence[] {
  const titles = ['全景', '犁沟近景', '边界东北角', '轮胎印', '围栏剪口', '牧户指认'];
  return Array.from({ length: count }, (_, i) => {
    const hash = `01${random.hex(64)}`;
    const state = i === 2 && n % 2 === 0 ? 'partial' : i === 3 ? 'absent' : 'complete';
    const size = random.int(1_400_000, 4_800_000);
    return {
      hash,
      media_type: 'image/jpeg',
      size,
      taken_at: iso(occurred + i * 95_000),
      point: i === 1 ? null : [point[0] + i * 0.0004, point[1] + i * 0.0003],
      title: titles[i % titles.length] ?? null,
      thumb: `/api/v1/incidents/${id}/media/${hash}/thumb`,
      href: `/api/v1/incidents/${id}/media/${hash}`,
      state,
      received: state === 'complete' ? size : state === 'partial' ? Math.round(size * 0.62) : 0,
    };
  });
}

function history(
  fields: Field[],
  occurred: number,
  known: number,
  by: { person: string; name: string },
  other: { person: string; name: string },
  device: string,
  random: Random,
  n: number,
): HistoryEntry[] {
  return fields
    .filter((field) => field.value !== null)
    .map((field, i) => {
      const who = i % 3 === 2 ? other : by;
      const at = occurred + i * 35_000;
      return {
        at: iso(at),
        known_at: iso(Math.max(known, at + 30_000)),
        person: { id: who.person, name: who.name },
        device,
        summary: { field: field.path, value: field.value },
        envelope: random.hex(66),
        lsn: 18_000 + n * 20 + i,
        receipt: i % 4 === 3 ? 'acknowledged' : 'proved',
      };
    });
}

const ZONES: [string, string, string, string, number, number, number, number][] = [
  ['grazing_ban', '北部禁牧区', 'North grazing ban', 'Хойд хориг', 115.85, 44.2, 0.17, 0.09],
  ['core_reserve', '查干诺尔核心区', 'Chagan Nuur core', 'Цагаан нуур', 116.46, 44.2, 0.13, 0.08],
  ['mine', '乌兰矿区', 'Ulaan mine', 'Улаан уурхай', 116.56, 43.85, 0.05, 0.035],
  ['pasture', '巴音牧户承包草场', 'Bayin pasture', 'Баян бэлчээр', 116.15, 43.78, 0.12, 0.07],
  ['pasture', '朝鲁牧户承包草场', 'Chaolu pasture', 'Чулуу бэлчээр', 115.66, 43.98, 0.09, 0.06],
  ['border_belt', '边境地带', 'Border belt', 'Хилийн зурвас', 115.62, 43.56, 0.18, 0.035],
];
const MONGOLIAN: Record<string, string> = { core_reserve: 'ᠴᠠᠭᠠᠨ ᠨᠠᠭᠤᠷ', grazing_ban: 'ᠪᠡᠯᠴᠢᠭᠡᠷ' };

/** The large zones, and forty small pastures in a row of fields. */
export function zones(): GeoFeature[] {
  const small = Array.from({ length: 40 }, (_, n): (typeof ZONES)[number] => {
    const [lon, lat] = [115.9 + (n % 8) * 0.035, 43.98 + Math.floor(n / 8) * 0.022];
    return ['pasture', `草场 ${n + 1}`, `Pasture ${n + 1}`, `Бэлчээр ${n + 1}`, lon, lat, 0.014, 0.009];
  });
  return [...ZONES, ...small].map(([kind, zh, en, mn_cyrl, lon, lat, rx, ry], i) => ({
    type: 'Feature',
    geometry: blob(lon, lat, rx, ry, i * 2.9 + 0.5),
    properties: {
      id: (0x200 + i).toString(16).padStart(32, 'c'),
      kind,
      names: { zh, en, mn_cyrl: MONGOLIAN[kind] ? null : mn_cyrl, mn_mong: MONGOLIAN[kind] ?? null },
    },
  }));
}
