// House rule: no colour and no size outside the tokens.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contrast, tokensOf } from './tokens.ts';

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

const sources = ['command/src', 'field/src', 'shared/src'].flatMap((folder) =>
  files(folder, /\.(svelte|ts|css)$/),
);
const styled = sources.filter((one) => !/tokens\.css$|map-sizes\.ts$/.test(one.path));

const css = ['tokens.css', 'field-tokens.css'].map((name) =>
  readFileSync(join(root, 'shared/src', name), 'utf8'),
);
const rootTokens = (selector: string) => tokensOf(css[0] ?? '', selector);

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
        .replaceAll(/@(media|container)[^{]*/g, '');
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
    const known = new Set(css.flatMap((text) => [...tokensOf(text, ':root').keys()]));
    const used = styled.flatMap((one) =>
      [...one.text.matchAll(/var\(--([\w-]+)/g)].map((found) => found[1] ?? ''),
    );
    expect([...new Set(used)].filter((name) => !known.has(name) && name !== 'map-right')).toEqual([]);
  });

  it.each([':root', ':root[data-theme="dark"]'])('text is readable in %s', (selector) => {
    const base = rootTokens(':root');
    const theme = new Map([...base, ...rootTokens(selector)]);
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

/** Dictionaries, and the one interface of the officer's app: lists, which are not made clearer by being cut. */
const LISTS = /i18n|field\/src\/words|field-core\.ts$/;

describe('files', () => {
  it('stay under 400 lines', () => {
    const limit = 400;
    const long = sources.filter((one) => one.text.split('\n').length > limit && !LISTS.test(one.path));
    expect(long.map((one) => one.path)).toEqual([]);
  });
});
