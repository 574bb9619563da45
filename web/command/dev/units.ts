// Development only: the unit tree of a fictional league.

import type { Unit } from '../src/api/types.ts';

const id = (n: number) => n.toString(16).padStart(32, '0');

const ROWS: [number, number | null, Unit['level'], string, string][] = [
  [1, null, 'league', '示例盟公安局', 'Shili League'],
  [2, 1, 'banner', '示例旗公安局', 'Shili Banner'],
  [3, 1, 'banner', '草原旗公安局', 'Caoyuan Banner'],
  [10, 2, 'station', '白音塔拉派出所', 'Bayan Tala Station'],
  [11, 2, 'station', '查干诺尔派出所', 'Chagan Nuur Station'],
  [12, 2, 'station', '乌兰宝力格派出所', 'Ulaan Bulag Station'],
  [13, 2, 'station', '呼和额日格边境派出所', 'Khökh Ereg Border Station'],
  [20, 3, 'station', '巴彦高勒派出所', 'Bayan Gol Station'],
  [21, 3, 'station', '萨如拉派出所', 'Saruul Station'],
];

export const UNITS: Unit[] = ROWS.map(([n, parent, level, zh, en]) => ({
  id: id(n),
  parent: parent === null ? null : id(parent),
  level,
  names: { zh, en, mn_cyrl: null, mn_mong: null },
  officers_out: 0,
}));

export const STATIONS = UNITS.filter((unit) => unit.level === 'station');

export function under(root: string): Set<string> {
  const found = new Set([root]);
  for (const unit of UNITS) if (unit.parent && found.has(unit.parent)) found.add(unit.id);
  return found;
}
