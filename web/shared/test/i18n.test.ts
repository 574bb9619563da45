import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isTraditional, LOCALES, parseLocale, pickName } from '../src/i18n/locales.ts';
import { DICTIONARIES, isMessageKey, translate } from '../src/i18n/translate.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const keys = Object.keys(DICTIONARIES['zh-CN']);
const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]);

describe('dictionaries', () => {
  it.each(LOCALES)('%s has exactly the keys of zh-CN, none empty', (locale) => {
    expect(Object.keys(DICTIONARIES[locale])).toEqual(keys);
    expect(Object.values(DICTIONARIES[locale]).filter((text) => text.trim() === '')).toEqual([]);
  });

  it.each(LOCALES)('%s fills no hole that zh-CN does not have, and misses none', (locale) => {
    for (const key of keys) {
      const wanted = new Set(holes(DICTIONARIES['zh-CN'][key as keyof (typeof DICTIONARIES)['zh-CN']]));
      const found = new Set(holes(DICTIONARIES[locale][key as keyof (typeof DICTIONARIES)['zh-CN']]));
      expect([key, [...found].sort()]).toEqual([key, [...wanted].sort()]);
    }
  });

  it('uses the exact state words', () => {
    const words = ['here', 'carried', 'at_centre', 'accepted', 'quarantined'] as const;
    expect(words.map((word) => translate('zh-CN', `record.${word}`))).toEqual([
      '本机',
      '在途',
      '已达中心',
      '已受理',
      '隔离',
    ]);
    expect(words.map((word) => translate('en', `record.${word}`))).toEqual([
      'on this phone',
      'being carried',
      'at the centre',
      'accepted',
      'quarantined',
    ]);
  });

  it('keeps the word for "being carried" to that state alone', () => {
    const uses = keys.filter((key) => DICTIONARIES['zh-CN'][key as 'app.name'].includes('在途'));
    expect(uses).toEqual(['record.carried']);
  });

  it('has no text that no page uses', () => {
    const source =
      sources(join(root, 'command/src')) +
      sources(join(root, 'shared/src/format')) +
      sources(join(root, 'shared/src/ui'));
    // Keys made at run time: `prefix.${code}` or tCode('prefix', code).
    const made = new Set(
      [...source.matchAll(/`([a-z_.0-9]+)\.\$\{|tCode\('([a-z_.]+)'/g)].map((m) => m[1] ?? m[2]),
    );
    const unused = keys.filter((key) => {
      const prefixes = [key.slice(0, key.lastIndexOf('.')), key.replace(/\.[^.]+\.[^.]+$/, '')];
      return (
        !source.includes(`'${key}'`) && !source.includes(`"${key}"`) && !prefixes.some((one) => made.has(one))
      );
    });
    expect(unused).toEqual([]);
  });
});

describe('translate', () => {
  it('fills in arguments and picks the word for one', () => {
    expect(translate('en', 'patrol.count', { n: 1 })).toBe('1 patrol');
    expect(translate('en', 'patrol.count', { n: 14 })).toBe('14 patrols');
    expect(translate('zh-CN', 'patrol.count', { n: 14 })).toBe('14 支巡逻');
  });

  it('leaves a hole visible when its argument is missing', () => {
    expect(translate('en', 'state.error.id')).toBe('Number {id}');
  });

  it('knows its own keys only', () => {
    expect(isMessageKey('transport.horse')).toBe(true);
    expect(isMessageKey('transport.camel')).toBe(false);
    expect(isMessageKey('toString')).toBe(false);
  });
});

describe('names from registries', () => {
  it('fall back to a language there is', () => {
    expect(pickName({ zh: '示例旗', en: null }, 'en')).toBe('示例旗');
    expect(pickName({ mn_mong: 'ᠬᠣᠰᠢᠭᠤ' }, 'zh-CN')).toBe('ᠬᠣᠰᠢᠭᠤ');
    expect(pickName(null, 'en')).toBe('');
  });

  it('prefer Cyrillic in a line of Mongolian, where the traditional script cannot stand', () => {
    expect(pickName({ mn_mong: 'ᠲᠠᠯ᠎ᠠ', mn_cyrl: 'Тал' }, 'mn')).toBe('Тал');
    expect(pickName({ mn_mong: 'ᠲᠠᠯ᠎ᠠ', zh: '草原' }, 'mn')).toBe('草原');
    expect([isTraditional('ᠲᠠᠯ᠎ᠠ'), isTraditional('Тал'), isTraditional('')]).toEqual([true, false, false]);
  });

  it('accept only languages we have', () => {
    expect(parseLocale('en')).toBe('en');
    expect(parseLocale('fr')).toBeNull();
  });
});

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
