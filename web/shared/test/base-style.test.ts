import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { severityPath } from '../src/icons/severity.ts';
import { baseNames, baseStyle } from '../src/map/base-style.ts';

const tokens = readFileSync(new URL('../src/tokens.css', import.meta.url), 'utf8');

function styled(basemapUrl: string | null) {
  const asked = new Set<string>();
  const palette = (token: string) => {
    asked.add(token);
    return '#000000';
  };
  const options = { palette, basemapUrl, nameField: 'name_zh' } as const;
  return { style: baseStyle(options), names: baseNames(options), asked };
}

it('a base map that is not installed leaves the ground alone, and nothing asks for it', () => {
  const { style, names } = styled(null);
  expect(style.layers.map((one) => one.id)).toEqual(['background']);
  expect([Object.keys(style.sources), names]).toEqual([[], []]);
});

it('the base map takes its colours from tokens that exist, and its text from fonts of the page', () => {
  const { style, asked } = styled('https://centre.example/basemap.pmtiles');
  expect(style.layers.length).toBeGreaterThan(5);
  expect([...asked].filter((token) => !tokens.includes(`--${token}:`))).toEqual([]);
  expect(style.glyphs).toBeUndefined();
});

it('each severity has a shape of its own', () => {
  const shapes = ['low', 'medium', 'high', 'emergency'].map((one) => severityPath(one, 30, 2));
  expect(new Set(shapes).size).toBe(4);
});
