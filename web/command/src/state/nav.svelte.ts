// Where the reader is: the route and the filters, both in the URL and nowhere else.

import { type Filters, filtersText, NO_FILTERS, parseFilters, type Range } from './filters.ts';
import { parsePath, pathOf, type Route } from './route.ts';

class Nav {
  route = $state.raw<Route>({ page: 'map' });
  filters = $state.raw<Filters>(NO_FILTERS);

  start(): void {
    addEventListener('popstate', () => this.read());
    this.read();
  }

  /** Address of a route with the filters kept, for links. */
  href(route: Route): string {
    return pathOf(route) + filtersText(this.filters, usualRange(this.route));
  }

  go(route: Route, replace = false): void {
    this.write(this.href(route), replace);
  }

  /** Narrows or widens; replaces the entry, so that "back" leaves the page instead of undoing letters. */
  setFilters(change: Partial<Filters>): void {
    const filters = { ...this.filters, ...change };
    this.write(pathOf(this.route) + filtersText(filters, usualRange(this.route)), true);
  }

  clearFilters(): void {
    this.write(pathOf(this.route), true);
  }

  private write(href: string, replace: boolean): void {
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
    this.read();
  }

  private read(): void {
    this.route = parsePath(location.pathname);
    this.filters = parseFilters(location.search, usualRange(this.route));
  }
}

/** The map is about now; a week of tracks would cover it. Lists look back a week. */
function usualRange(route: Route): Range {
  return route.page === 'map' ? '24h' : '7d';
}

export const nav = new Nav();

/** For `onclick` of links: handles a plain click here and leaves new-tab clicks to the browser. */
export function follow(event: MouseEvent, route: Route): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  nav.go(route);
}
