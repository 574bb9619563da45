// The officer's words. Two dictionaries by subject (`duty`: patrol, report, incidents; `phone`: map, safety, tasks,
// hand-over, settings) beside those shared with the desk; one `t` looks in all of them.

import { i18n } from '@tala/shared/i18n/i18n';
import type { Locale, Names } from '@tala/shared/i18n/locales';
import {
  fill,
  isMessageKey,
  type MessageArgs,
  type MessageKey,
  translate,
} from '@tala/shared/i18n/translate';
import dutyEn from './duty/en.ts';
import dutyMn from './duty/mn.ts';
import dutyZh from './duty/zh-CN.ts';
import phoneEn from './phone/en.ts';
import phoneMn from './phone/mn.ts';
import phoneZh from './phone/zh-CN.ts';

const ZH = { ...dutyZh, ...phoneZh };
export type FieldKey = keyof typeof ZH;

export const FIELD_DICTIONARIES: Record<Locale, Record<FieldKey, string>> = {
  'zh-CN': ZH,
  en: { ...dutyEn, ...phoneEn },
  mn: { ...dutyMn, ...phoneMn },
};

/** A text of this app or one shared with the desk, in the officer's language. */
export function t(key: FieldKey | MessageKey, args: MessageArgs = {}): string {
  return say(i18n.locale, key, args);
}

/** The same with the language given: for tests and for texts in two languages at once. */
export function say(locale: Locale, key: FieldKey | MessageKey, args: MessageArgs = {}): string {
  return isFieldKey(key) ? fill(FIELD_DICTIONARIES[locale][key], args) : translate(locale, key, args);
}

export function isFieldKey(key: string): key is FieldKey {
  return Object.hasOwn(ZH, key);
}

/** The text of `prefix.code`, or the code itself when this build does not know it. */
export function tCode(prefix: string, code: string | null | undefined): string {
  if (!code) return t('value.none');
  const key = `${prefix}.${code}`;
  return isFieldKey(key) || isMessageKey(key) ? t(key) : code;
}

/** A label of a registry in the officer's language, or its code where it has none. */
export function labelOf(line: { code: string; labels: Names }): string {
  return i18n.name(line.labels) || line.code;
}
