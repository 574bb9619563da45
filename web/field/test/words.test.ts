// The dictionaries of the officer's app: complete, alike in their holes, and none of them unused.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOCALES } from '@tala/shared/i18n/locales';
import { isMessageKey } from '@tala/shared/i18n/translate';
import { describe, expect, it } from 'vitest';
import { FIELD_DICTIONARIES, type FieldKey, say } from '../src/words/words.ts';

const src = join(dirname(fileURLToPath(import.meta.url)), '../src');
const keys = Object.keys(FIELD_DICTIONARIES['zh-CN']) as FieldKey[];
const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();

describe('dictionaries', () => {
  it.each(LOCALES)('%s has exactly the keys of zh-CN, none empty, with the same holes', (locale) => {
    expect(Object.keys(FIELD_DICTIONARIES[locale]).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      const text = FIELD_DICTIONARIES[locale][key];
      expect([key, text.trim() !== '']).toEqual([key, true]);
      const wanted = new Set(holes(FIELD_DICTIONARIES['zh-CN'][key]));
      expect([key, [...new Set(holes(text))]]).toEqual([key, [...wanted]]);
    }
  });

  it('say nothing that the shared words say already', () => {
    expect(keys.filter(isMessageKey)).toEqual([]);
  });

  it('hold no text that no page uses', () => {
    const source = readdirSync(src, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && /\.(ts|svelte)$/.test(one.name) && !one.parentPath.includes('words/'))
      .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
      .join('\n');
    const found = [...source.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{|tCode\('([a-z_.]+)'/g)];
    const made = found.map((m) => m[1] ?? `${m[2]}.`);
    const used = (key: string) =>
      source.includes(`'${key}'`) || made.some((prefix) => key.startsWith(prefix));
    expect(keys.filter((key) => !used(key))).toEqual([]);
  });

  it('never call a record synchronised', () => {
    const words = LOCALES.flatMap((locale) => Object.values(FIELD_DICTIONARIES[locale]));
    expect(words.filter((text) => /synchroni|同步/.test(text))).toEqual([]);
  });

  it('use the exact words for where a record is', () => {
    expect([say('zh-CN', 'hand.where.here'), say('zh-CN', 'hand.where.at_centre')]).toEqual([
      '本机',
      '已达中心',
    ]);
  });
});
