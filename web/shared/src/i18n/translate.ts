// Looks a text up and fills it in. `{n}` is replaced by the argument; `{n|hour|hours}` picks a word by whether the
// argument is one, which is all the plural that zh, en and mn need.

import en from './en.ts';
import type { Locale } from './locales.ts';
import mn from './mn.ts';
import zh from './zh-CN.ts';

export type MessageKey = keyof typeof zh;
export type Messages = Record<MessageKey, string>;
export type MessageArgs = Record<string, string | number>;

export const DICTIONARIES: Record<Locale, Messages> = { 'zh-CN': zh, en, mn };

export function translate(locale: Locale, key: MessageKey, args: MessageArgs = {}): string {
  return fill(DICTIONARIES[locale][key], args);
}

/** Whether a key made at run time (a code from a newer server, say) has a text. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(zh, key);
}

/** Fills the holes of a text that comes from elsewhere: the field app has dictionaries of its own. */
export function fill(text: string, args: MessageArgs): string {
  return text.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      const value = args[name];
      if (value === undefined) return whole;
      if (one === undefined || many === undefined) return String(value);
      return String(value) === '1' ? one : many;
    },
  );
}
