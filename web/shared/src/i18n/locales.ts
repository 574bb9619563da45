// Languages of the interface. Another is added by its tag here and a dictionary beside zh-CN.ts; the compiler then
// names every text that is missing.

export const LOCALES = ['zh-CN', 'en', 'mn'] as const;
export type Locale = (typeof LOCALES)[number];

export const DEFAULT_LOCALE: Locale = 'zh-CN';

/** The language's name in itself, for the switch. */
export const LOCALE_NAMES: Record<Locale, string> = { 'zh-CN': '中文', en: 'English', mn: 'Монгол' };

/** Languages whose words nobody has reviewed yet; the page says so while one is in use. */
export const DRAFTS: ReadonlySet<Locale> = new Set<Locale>(['mn']);

/** A name of a thing from a registry, as the API sends it. */
export interface Names {
  zh?: string | null;
  mn_cyrl?: string | null;
  mn_mong?: string | null;
  en?: string | null;
}

const FALLBACK: Record<Locale, (keyof Names)[]> = {
  'zh-CN': ['zh', 'en', 'mn_cyrl', 'mn_mong'],
  en: ['en', 'zh', 'mn_cyrl', 'mn_mong'],
  // The traditional script runs downwards and has no place in a line of Cyrillic: it comes last.
  mn: ['mn_cyrl', 'zh', 'en', 'mn_mong'],
};

/** The name in the reader's language, or the nearest one there is; empty only when there is none at all. */
export function pickName(names: Names | null | undefined, locale: Locale): string {
  for (const key of FALLBACK[locale]) {
    const name = names?.[key];
    if (name) return name;
  }
  return '';
}

/** Whether a name is in the traditional Mongolian script, which runs downwards. */
export function isTraditional(text: string): boolean {
  return /[\u1800-\u18af]/.test(text);
}

/** Several names in a row, with the mark the language puts between them. */
export function joinNames(names: readonly string[], locale: Locale): string {
  return names.join(locale === 'zh-CN' ? '、' : ', ');
}

export function parseLocale(text: string | null | undefined): Locale | null {
  return LOCALES.find((locale) => locale === text) ?? null;
}
