// Planted: what the bureau of a made-up banner publishes and its phones keep.

import { blob } from '@tala/shared/planted/terrain';
import type { CategoryLine, CodeLine, Labels, PersonLine, ZoneLine } from '../field-core.ts';

export const id = (kind: string, n: number): string => kind + n.toString(16).padStart(32 - kind.length, '0');

const labels = (zh: string, en: string, mn: string | null = null, mong: string | null = null): Labels => ({
  zh,
  en,
  mn_cyrl: mn,
  mn_mong: mong,
});

const CATEGORY_ROWS: [string, string, string, string][] = [
  ['grazing_ban', '禁牧区放牧', 'Grazing in a ban', 'Хориотой бэлчээр'],
  ['reclamation', '非法开垦', 'Illegal reclamation', 'Хууль бус хагалбар'],
  ['mining', '非法采矿', 'Illegal mining', 'Хууль бус олборлолт'],
  ['off_road', '碾压草原', 'Off-road driving', 'Зам бусаар явах'],
  ['soil', '盗采草皮沙土', 'Turf or soil theft', 'Хөрс хуулах'],
  ['dumping', '倾倒废物', 'Dumping', 'Хог хаях'],
  ['fence', '破坏围栏', 'Fence damage', 'Хашаа эвдэх'],
  ['fire', '草原火情', 'Grassland fire', 'Түймэр'],
  ['construction', '违法建设', 'Illegal construction', 'Хууль бус барилга'],
  ['overload', '超载放牧', 'Overgrazing', 'Даац хэтрүүлэх'],
  ['poaching', '盗猎野生动物', 'Poaching', 'Хууль бус ан'],
  ['herb_digging', '采挖野生药材', 'Herb digging', 'Ургамал ухах'],
  ['other', '其他', 'Other', 'Бусад'],
];
export const CATEGORIES: CategoryLine[] = CATEGORY_ROWS.map(([code, zh, en, mn], order) => ({
  code,
  icon: code,
  order,
  labels: labels(zh, en, mn),
}));

export const TRANSPORTS: CodeLine[] = [
  { code: 'horse', labels: labels('骑马', 'Horse', 'Морь') },
  { code: 'motorcycle', labels: labels('摩托车', 'Motorcycle', 'Мотоцикл') },
  { code: 'foot', labels: labels('步行', 'On foot', 'Явган') },
  { code: 'vehicle', labels: labels('车辆', 'Vehicle', 'Машин') },
];

export const LIVESTOCK: CodeLine[] = [
  { code: 'sheep', labels: labels('绵羊', 'Sheep', 'Хонь') },
  { code: 'goat', labels: labels('山羊', 'Goats', 'Ямаа') },
  { code: 'cattle', labels: labels('牛', 'Cattle', 'Үхэр') },
  { code: 'horse', labels: labels('马', 'Horses', 'Адуу') },
  { code: 'camel', labels: labels('骆驼', 'Camels', 'Тэмээ') },
];

export const PEOPLE: PersonLine[] = ['巴特尔', '苏日娜', '王建国', '额尔敦', '娜仁花', '阿古拉', '李强'].map(
  (name, n) => ({ id: id('50', n), name, own: n === 0 }),
);

const ZONE_ROWS: [string, Labels, number, number, number, number][] = [
  ['grazing_ban', labels('白音塔拉', 'Bayan Tala', 'Баян тал', 'ᠪᠠᠶᠠᠨ ᠲᠠᠯ᠎ᠠ'), 115.81, 44.075, 0.055, 0.03],
  [
    'core_reserve',
    labels('查干诺尔', 'Chagan Nuur', 'Цагаан нуур', 'ᠴᠠᠭᠠᠨ ᠨᠠᠭᠤᠷ'),
    115.93,
    44.16,
    0.05,
    0.028,
  ],
  ['mine', labels('示例煤矿', 'Shili coal mine'), 115.66, 44.02, 0.022, 0.016],
  ['pasture', labels('萨如拉 3 号', 'Saruul 3', 'Саруул 3'), 115.72, 44.17, 0.03, 0.02],
];
export const ZONES: ZoneLine[] = ZONE_ROWS.map(([kind, names, lon, lat, rx, ry], n) => ({
  id: id('7e', n),
  kind,
  labels: names,
  geojson: JSON.stringify(blob(lon, lat, rx, ry, n * 1.3 + 0.4)),
}));
