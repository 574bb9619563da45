// Counting a herd: steps that grow with it.

import type { HeadsIn } from '../core/field-core.ts';

const MOST = 100_000;

/** One up or down; by ten from a hundred on, by fifty from five hundred on. Down undoes up. */
export function stepped(count: number, direction: 1 | -1): number {
  const from = direction === 1 ? count : count - 1;
  const step = from >= 500 ? 50 : from >= 100 ? 10 : 1;
  return Math.min(MOST, Math.max(0, count + direction * step));
}

/** The heads with one count changed; none of a kind is no entry. */
export function withCount(heads: readonly HeadsIn[], species: string, count: number): HeadsIn[] {
  const bounded = Math.min(MOST, Math.max(0, Math.trunc(count)));
  const old = heads.find((one) => one.species === species);
  if (old === undefined) return bounded === 0 ? [...heads] : [...heads, { species, count: bounded }];
  const rest = heads.map((one) => (one === old ? { ...old, count: bounded } : one));
  return rest.filter((one) => one.count > 0);
}
