// Addresses of pages behind the `#`, as pure functions: a shell serves one file and the hash chooses the page.

export const PAGES = [
  'home',
  'start',
  'report',
  'incident',
  'incidents',
  'patrols',
  'map',
  'tasks',
  'hand-over',
  'sos',
  'enrol',
  'lock',
  'settings',
] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  page: Page;
  /** What the page is about: an incident, a draft, a task. */
  id: string | null;
  /** Which part of it fills the page: the shape of an incident, say. */
  part: string | null;
}

/** The pages of the bottom bar; every other page is reached from one of them and has a way back. */
export const ROOTS = ['home', 'map', 'incidents', 'tasks'] as const satisfies readonly Page[];

/** `#/incident/3f…/shape` to its route; anything unknown is the home page. */
export function parseHash(hash: string): Route {
  const [name = '', id = '', part = ''] = hash.replace(/^#?\/?/, '').split('/');
  const page = PAGES.find((known) => known === name);
  if (page === undefined) return { page: 'home', id: null, part: null };
  return { page, id: decoded(id), part: decoded(part) };
}

export function hashOf(page: Page, id: string | null = null, part: string | null = null): string {
  const rest = [id, part].filter((one) => one !== null).map(encodeURIComponent);
  return `#/${[page, ...rest].join('/')}`;
}

/** Where "back" leads when the page was opened directly. */
export function parentOf(page: Page): Page {
  return page === 'incident' || page === 'patrols' ? 'incidents' : 'home';
}

/** A hash that somebody typed may hold a lone `%`. */
function decoded(text: string): string | null {
  if (text === '') return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
