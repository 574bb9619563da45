// The reader's language as reactive state. Components import `i18n` and call `t`.

import { DEFAULT_LOCALE, type Locale, type Names, parseLocale, pickName } from './locales.ts';
import { isMessageKey, type MessageArgs, type MessageKey, translate } from './translate.ts';

const STORED = 'tala.locale';

class I18n {
  locale = $state<Locale>(DEFAULT_LOCALE);

  /** Takes the stored choice, else the default; the browser's own language is no reason to leave zh-CN. */
  start(): void {
    this.set(parseLocale(localStorage.getItem(STORED)) ?? DEFAULT_LOCALE);
    // Chosen in another window.
    addEventListener('storage', ({ key, newValue }) => {
      const locale = parseLocale(newValue);
      if (key === STORED && locale !== null) this.set(locale);
    });
  }

  set(locale: Locale): void {
    this.locale = locale;
    document.documentElement.lang = locale;
    localStorage.setItem(STORED, locale);
  }

  name(names: Names | null | undefined): string {
    return pickName(names, this.locale);
  }
}

export const i18n = new I18n();

export function t(key: MessageKey, args?: MessageArgs): string {
  return translate(i18n.locale, key, args);
}

/** The text of `prefix.code`, or the code itself when this build does not know it. */
export function tCode(prefix: string, code: string | null | undefined): string {
  if (!code) return t('value.none');
  const key = `${prefix}.${code}`;
  return isMessageKey(key) ? t(key) : code;
}
