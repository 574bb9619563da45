// Planted: what the command says to this phone, and who else is out.

import { sway } from '@tala/shared/planted/terrain';
import type { MessageLine, PlanLine, TeamLine } from '../field-core.ts';
import { STATION } from './patrols.ts';
import { id, PEOPLE } from './registries.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function team(now: number): TeamLine[] {
  const out: [number, string, number, number, number][] = [
    [1, 'horse', 0.021, 0.012, 1],
    [2, 'motorcycle', 0.082, -0.018, 18],
    [3, 'foot', -0.03, 0.025, 95],
  ];
  return out.map(([who, transport, east, north, age]) => ({
    person: id('50', who),
    name: PEOPLE[who]?.name ?? null,
    transport,
    patrol: id('a9', who),
    lat: STATION.lat + north,
    lon: STATION.lon + east,
    at_ms: now - age * MINUTE_MS,
  }));
}

export function messages(now: number): MessageLine[] {
  const line = (n: number, minutes: number, text: string, more: Partial<MessageLine> = {}): MessageLine => ({
    id: id('c0', n),
    text,
    by: '值班员 高娃',
    own: false,
    at_ms: now - minutes * MINUTE_MS,
    reply_to: null,
    answered: null,
    at_centre: true,
    answers: [],
    ...more,
  });
  return [
    line(0, 4, '16 时后有大风，北坡防火巡护提前一小时返回。'),
    line(1, 38, '收到牧户电话：白音塔拉禁牧区东侧有羊群，请顺路查看并拍照。', { answered: 'taken' }),
    line(2, 31, '收到，约四十分钟到。', {
      by: null,
      own: true,
      reply_to: id('c0', 1),
      answers: [{ what: 'seen', note: null, by: '高娃', at_ms: now - 29 * MINUTE_MS }],
    }),
    line(3, 180, '今日出勤五组，注意按时报平安。', { answered: 'seen' }),
  ];
}

export function plans(now: number): PlanLine[] {
  const route = sway([STATION.lon, STATION.lat], [STATION.lon + 0.14, STATION.lat + 0.035], 0.1, 30);
  const area = [
    [115.77, 44.05],
    [115.86, 44.05],
    [115.86, 44.1],
    [115.77, 44.1],
    [115.77, 44.05],
  ];
  const task = (n: number, text: string, more = {}) => ({
    id: id('e0', n),
    text,
    geojson: JSON.stringify({ type: 'Point', coordinates: [115.8 + n * 0.03, 44.08 + n * 0.012] }),
    person: id('50', 0),
    own: n !== 2,
    due_ms: now + (n + 1) * HOUR_MS,
    done_ms: null,
    outcome: null,
    ...more,
  });
  return [
    {
      id: id('d0', 0),
      title: '春季休牧检查（白音塔拉）',
      starts_ms: now - 3 * HOUR_MS,
      ends_ms: now + 4 * HOUR_MS,
      expected_silence_min: 90,
      notes: '沿围栏自西向东，逐户核对。山谷无信号，出谷后报平安。',
      campaign: 'spring-ban',
      routes: [{ name: '围栏线', notes: null, geojson: JSON.stringify(route) }],
      areas: [
        {
          name: '重点核查',
          notes: '上周两次越界',
          geojson: JSON.stringify({ type: 'Polygon', coordinates: [area] }),
        },
      ],
      tasks: [
        task(0, '核查东侧羊群，拍照并记头数'),
        task(1, '检查 14 号界桩是否移动'),
        task(2, '回访举报牧户'),
        task(3, '补贴北口宣传牌', { done_ms: now - 50 * MINUTE_MS, outcome: '已补贴两块' }),
      ],
    },
  ];
}
