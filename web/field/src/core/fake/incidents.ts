// Planted: incidents of a made-up station, in every state worth seeing.

import { Random } from '@tala/shared/planted/random';
import { blob } from '@tala/shared/planted/terrain';
import type { IncidentPage, Severity, Whereabouts } from '../field-core.ts';
import { STATION } from './patrols.ts';
import { CATEGORIES, id } from './registries.ts';

export interface FakeIncident {
  page: IncidentPage;
  own: boolean;
}

const TITLES: Record<string, string> = {
  grazing_ban: '禁牧区内羊群约二百只',
  reclamation: '北坡新翻耕地，犁沟明显',
  mining: '河床采砂，两台铲车作业',
  off_road: '越野车队碾压草原，新辙三道',
  soil: '路旁草皮被整块铲走',
  dumping: '沟内倾倒建筑垃圾约三车',
  fence: '围栏被剪断二十米',
  fire: '北侧山脊见烟，火线约四百米',
};
const NARRATIVE =
  '14 时许巡逻至北坡，发现围栏内草场新近被机械翻耕，犁沟走向东西，深约 20 厘米，地表植被全部破坏。现场无人，已拍照并沿边界步行测量一周。';
const SEVERITIES: readonly (Severity | null)[] = ['medium', 'high', 'low', 'emergency', null];
const WHERE: readonly Whereabouts[] = [
  'here',
  'at_centre',
  'acknowledged',
  'at_centre',
  'at_centre',
  'refused',
];

export function incident(n: number, now: number): FakeIncident {
  const random = new Random(900 + n);
  const category = CATEGORIES[n % 8]?.code ?? 'other';
  const [lon, lat] = [STATION.lon + random.between(-0.06, 0.14), STATION.lat + random.between(-0.06, 0.08)];
  const ploughed = category === 'reclamation';
  const geometry = ploughed
    ? blob(lon, lat, 0.0016, 0.0011, n, 12)
    : { type: 'Point', coordinates: [lon, lat] };
  const page: IncidentPage = {
    id: id('b0', n),
    category,
    title: n % 11 === 10 ? null : (TITLES[category] ?? null),
    narrative: n % 2 === 1 ? NARRATIVE : null,
    severity: SEVERITIES[n % SEVERITIES.length] ?? null,
    occurred_ms: now - (n * 47 + 6) * 60_000,
    geojson: JSON.stringify(geometry),
    area_m2: ploughed ? { value: 20.4 * 666.67, error_95: 1.5 * 666.67 } : null,
    length_m: null,
    heads: category === 'grazing_ban' ? [{ species: 'sheep', count: 200, estimated: true }] : [],
    offset: null,
    files: [],
    conflicts: [],
    newer: [],
    whereabouts: WHERE[n % WHERE.length] ?? 'here',
    taken: null,
  };
  if (n === 1) page.taken = { what: 'taken', note: null, by: '高娃', at_ms: now - 20 * 60_000 };
  return { page, own: n % 4 !== 2 };
}

/** The same incident, written differently by this phone and by the desk. */
export function conflicted(of: FakeIncident, now: number): FakeIncident {
  const conflicts = [
    {
      field: 'title',
      values: [
        { value: of.page.title ?? '', by: '巴特尔', own: true, at_ms: now - 30 * 60_000 },
        { value: '北坡翻耕地，两处，疑似同一人所为', by: '高娃', own: false, at_ms: now - 12 * 60_000 },
      ],
    },
    {
      field: 'severity',
      values: [
        { value: 'medium', by: '巴特尔', own: true, at_ms: now - 30 * 60_000 },
        { value: 'high', by: '高娃', own: false, at_ms: now - 12 * 60_000 },
      ],
    },
  ];
  return { ...of, page: { ...of.page, conflicts } };
}
