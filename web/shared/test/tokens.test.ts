// House rule: no colour and no size outside the tokens.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const COLOUR = /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(/i;
const SIZE = /\b\d*\.?\d+(px|rem|em|pt)\b/;

interface Source {
  path: string;
  text: string;
}

function files(folder: string, pattern: RegExp): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

const sources = [...files('command/src', /\.(svelte|ts|css)$/), ...files('shared/src', /\.(svelte|ts|css)$/)];
const styled = sources.filter((one) => !/tokens\.css$|map-sizes\.ts$/.test(one.path));

function tokensOf(selector: string): Map<string, string> {
  const css = readFileSync(join(root, 'shared/src/tokens.css'), 'utf8');
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('\n}', start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((found) => [found[1] ?? '', found[2] ?? '']),
  );
}

describe('tokens', () => {
  it('are the only place with a colour', () => {
    const found = styled.filter((one) =>
      COLOUR.test(one.text.replaceAll(/url\(#|\{#|'#[a-z-]+'|"#main"|#\{/g, '')),
    );
    expect(found.map((one) => one.path)).toEqual([]);
  });

  it('are the only place with a size, but for the width a layout breaks at', () => {
    const found = styled.flatMap((one) => {
      const style = one.path.endsWith('.svelte')
        ? (/<style>([\s\S]*)<\/style>/.exec(one.text)?.[1] ?? '')
        : '';
      const css = one.path.endsWith('.css') ? one.text : style;
      const free = css
        .replaceAll(/@media[^{]*\{\s*[^{}]*\{[^{}]*--[\w-]+:[^;]+;\s*\}/g, '')
        .replaceAll(/@media[^{]*/g, '');
      const sized = free
        .split('\n')
        .filter((line) => SIZE.test(line) && !line.includes('var(--map-right, 0px)'));
      return sized
        .filter((line) => !/--map-right: 0px/.test(line))
        .map((line) => `${one.path}: ${line.trim()}`);
    });
    expect(found).toEqual([]);
  });

  it('that a style uses exist', () => {
    const known = new Set(tokensOf(':root').keys());
    const used = styled.flatMap((one) =>
      [...one.text.matchAll(/var\(--([\w-]+)/g)].map((found) => found[1] ?? ''),
    );
    expect([...new Set(used)].filter((name) => !known.has(name) && name !== 'map-right')).toEqual([]);
  });

  it.each([':root', ":root[data-theme='dark']"])('text is readable in %s', (selector) => {
    const base = tokensOf(':root');
    const theme = new Map([...base, ...tokensOf(selector)]);
    const pairs = [
      ['ink', 'paper'],
      ['ink', 'surface'],
      ['ink-2', 'surface'],
      ['ink-2', 'paper'],
      ['ink-2', 'surface-2'],
      ['ink-3', 'surface'],
      ['green-strong', 'green-soft'],
      ['ochre', 'ochre-soft'],
      ['ochre', 'surface'],
      ['red', 'red-soft'],
      ['red', 'surface'],
      ['blue', 'blue-soft'],
      ['blue', 'surface'],
      ['on-green', 'green'],
      ['on-red', 'red'],
      ['on-call', 'call'],
      ['on-blue', 'blue'],
      ['rail-ink', 'rail'],
      ['rail-on', 'rail-active'],
      ['ink', 'hover'],
      ['map-text', 'map-grass'],
      ['ink', 'ochre-soft'],
      ['ink-2', 'ochre-soft'],
    ];
    const low = pairs.flatMap(([text = '', ground = '']) => {
      const ratio = contrast(theme.get(text) ?? '', theme.get(ground) ?? '');
      return ratio < 4.5 ? [`${text} on ${ground}: ${ratio.toFixed(2)}`] : [];
    });
    expect(low).toEqual([]);
  });
});

describe('files', () => {
  it('stay under 400 lines', () => {
    const limit = 400;
    const long = sources.filter((one) => one.text.split('\n').length > limit && !one.path.includes('i18n'));
    expect(long.map((one) => one.path)).toEqual([]);
  });
});

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((one, two) => two - one) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
