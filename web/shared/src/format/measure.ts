// Lengths, areas, coordinates and sizes as text. Numbers come in with their unit in the name.

import type { Locale } from '../i18n/locales.ts';
import { translate } from '../i18n/translate.ts';

/** 1 mu is 10000/15 square metres. */
export const M2_PER_MU = 10_000 / 15;

function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function areaDigits(mu: number): number {
  return Math.abs(mu) < 1000 ? 1 : 0;
}

/** `20.4 ± 1.5 亩 (1.36 ha)`; without the error term when none is known. */
export function areaText(areaM2: number, errorM2: number | null, locale: Locale): string {
  const mu = areaM2 / M2_PER_MU;
  const digits = areaDigits(mu);
  const error = errorM2 === null ? '' : ` ± ${fixed(errorM2 / M2_PER_MU, digits)}`;
  const hectares = fixed(areaM2 / 10_000, areaM2 < 1_000_000 ? 2 : 1);
  return `${fixed(mu, digits)}${error} ${translate(locale, 'unit.mu')} (${hectares} ha)`;
}

/** `20.4 亩`: for a row where the error has no room; the detail always shows it. */
export function areaShortText(areaM2: number, locale: Locale): string {
  const mu = areaM2 / M2_PER_MU;
  return `${fixed(mu, areaDigits(mu))} ${translate(locale, 'unit.mu')}`;
}

/** An amount that is in mu already, as legal rules state it. */
export function muText(amountMu: number, errorMu: number | null, locale: Locale): string {
  const digits = areaDigits(amountMu);
  const error = errorMu === null ? '' : ` ± ${fixed(errorMu, digits)}`;
  return `${fixed(amountMu, digits)}${error} ${translate(locale, 'unit.mu')}`;
}

/** `850 m`, `12.4 km`, `128 km` */
export function lengthText(lengthM: number): string {
  if (lengthM < 1000) return `${Math.round(lengthM)} m`;
  const km = lengthM / 1000;
  return `${fixed(km, km < 100 ? 1 : 0)} km`;
}

/** `43.95012° N, 116.07452° E`: five digits are about a metre, finer than any phone. */
export function placeText(lon: number, lat: number): string {
  const ns = lat < 0 ? 'S' : 'N';
  const ew = lon < 0 ? 'W' : 'E';
  return `${Math.abs(lat).toFixed(5)}° ${ns}, ${Math.abs(lon).toFixed(5)}° ${ew}`;
}

/** `12 km/h` from centimetres a second. */
export function speedText(speedCms: number): string {
  return `${Math.round(speedCms * 0.036)} km/h`;
}

/** `1.8 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `12,408` */
export function countText(count: number): string {
  return fixed(count, 0);
}

/** First eight digits of a hash or id, for a row; the whole of it is one click away. */
export function shortHash(hex: string): string {
  return hex.length <= 10 ? hex : `${hex.slice(0, 8)}…`;
}
