// Where the officer is. The hash is the only store of it.

import { hashOf, type Page, parentOf, parseHash, type Route } from './route.ts';

class Nav {
  route = $state.raw<Route>({ page: 'home', id: null });
  /** Pages opened since the app started: "back" goes through the browser's own history where there is one. */
  private depth = 0;

  start(): void {
    addEventListener('hashchange', () => this.read());
    this.read();
  }

  go(page: Page, id: string | null = null): void {
    this.depth += 1;
    location.hash = hashOf(page, id);
  }

  /** Goes on without leaving the present page behind: a flow that is done, a page that no longer applies. */
  replace(page: Page, id: string | null = null): void {
    history.replaceState(null, '', hashOf(page, id));
    this.read();
  }

  back(): void {
    if (this.depth > 0) {
      this.depth -= 1;
      history.back();
    } else this.replace(parentOf(this.route.page));
  }

  private read(): void {
    this.route = parseHash(location.hash);
  }
}

export const nav = new Nav();
