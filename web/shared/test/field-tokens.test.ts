// The officer's token sets: text at 7:1 on every ground it stands on, in all four of them.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contrast, tokensOf } from './tokens.ts';

const src = join(dirname(fileURLToPath(import.meta.url)), '../src');
const read = (name: string) => readFileSync(join(src, name), 'utf8');
const [desk, field] = [read('tokens.css'), read('field-tokens.css')];
const FACE = ':root[data-face="field"]';
const THEMES = ['light', 'dark', 'sun', 'night'] as const;

/** The tokens in force in a theme, as the cascade has them. */
function inForce(theme: (typeof THEMES)[number]): Map<string, string> {
  return new Map([
    ...tokensOf(desk, ':root'),
    ...(theme === 'dark' ? tokensOf(desk, ':root[data-theme="dark"]') : []),
    ...tokensOf(field, ':root'),
    ...tokensOf(field, FACE),
    ...(theme === 'light' ? [] : tokensOf(field, `${FACE}[data-theme="${theme}"]`)),
  ]);
}

const PAIRS = [
  ['ink', 'paper'],
  ['ink', 'surface'],
  ['ink', 'surface-2'],
  ['ink-2', 'paper'],
  ['ink-2', 'surface'],
  ['ink-2', 'surface-2'],
  ['ink-3', 'surface'],
  ['paper', 'ink'],
  ['green-strong', 'green-soft'],
  ['on-green', 'green'],
  ['ochre', 'ochre-soft'],
  ['ochre', 'surface'],
  ['red', 'red-soft'],
  ['red', 'surface'],
  ['on-red', 'red'],
  ['on-call', 'call'],
  ['blue', 'blue-soft'],
  ['blue', 'surface'],
  ['lightbox-ink', 'lightbox'],
] as const;

describe('the officer’s tokens', () => {
  it.each(THEMES)('give text 7:1 in %s', (theme) => {
    const tokens = inForce(theme);
    const low = PAIRS.flatMap(([text, ground]) => {
      const ratio = contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '');
      return ratio < 7 ? [`${text} on ${ground}: ${ratio.toFixed(2)}`] : [];
    });
    expect(low).toEqual([]);
  });

  it.each(THEMES)('draw the edge of a control that can be seen in %s', (theme) => {
    const tokens = inForce(theme);
    for (const ground of ['paper', 'surface']) {
      expect(contrast(tokens.get('line-2') ?? '', tokens.get(ground) ?? '')).toBeGreaterThan(2.9);
    }
  });

  it('keep the night free of anything but red', () => {
    const night = tokensOf(field, `${FACE}[data-theme="night"]`);
    const hexes = [...night.values()].filter((value) => value.startsWith('#'));
    const cold = hexes.filter((hex) => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      return g > r * 0.75 || b > r * 0.75;
    });
    expect(cold).toEqual([]);
  });
});
