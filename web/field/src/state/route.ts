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
}

/** `#/incident/3f…` to its route; anything unknown is the home page. */
export function parseHash(hash: string): Route {
  const [name = '', id = ''] = hash.replace(/^#?\/?/, '').split('/');
  const page = PAGES.find((known) => known === name) ?? 'home';
  return { page, id: id === '' ? null : decodeURIComponent(id) };
}

export function hashOf(page: Page, id: string | null = null): string {
  return id === null ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`;
}

/** The pages of the bottom bar; every other page is reached from one of them and has a way back. */
export const ROOTS = ['home', 'map', 'incidents', 'tasks'] as const satisfies readonly Page[];

/** Where "back" leads when the page was opened directly. */
export function parentOf(page: Page): Page {
  switch (page) {
    case 'incident':
    case 'patrols':
      return 'incidents';
    default:
      return 'home';
  }
}
