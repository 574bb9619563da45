// Where the officer is. The hash is the only store of it.

import { hashOf, type Page, parentOf, parseHash, type Route } from './route.ts';

class Nav {
  route = $state.raw<Route>({ page: 'home', id: null, part: null });
  /** Pages opened since the app started: "back" goes through the browser's own history where there is one. */
  private depth = 0;

  start(): void {
    addEventListener('hashchange', () => {
      this.depth += 1;
      this.read();
    });
    this.read();
  }

  go(page: Page, id: string | null = null, part: string | null = null): void {
    location.hash = hashOf(page, id, part);
  }

  /** Goes on without leaving the present page behind: a flow that is done, a page that no longer applies. */
  replace(page: Page, id: string | null = null, part: string | null = null): void {
    history.replaceState(null, '', hashOf(page, id, part));
    this.read();
  }

  back(): void {
    if (this.depth > 0) {
      // The hash change that follows counts itself again.
      this.depth -= 2;
      history.back();
    } else if (this.route.part !== null) this.replace(this.route.page, this.route.id);
    else this.replace(parentOf(this.route.page));
  }

  private read(): void {
    this.route = parseHash(location.hash);
  }
}

export const nav = new Nav();
