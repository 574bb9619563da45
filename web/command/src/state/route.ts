// Addresses of pages, as pure functions: text of a URL to a route and back.

export type Route =
  | { page: 'map' }
  | { page: 'incidents'; id: string | null }
  | { page: 'patrols' }
  | { page: 'patrol'; id: string }
  | { page: 'missing' };

const ID = /^[0-9a-f]{32}$/;

export function parsePath(path: string): Route {
  const [first = '', second = '', ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'missing' };
  if (first === '' || (first === 'map' && second === '')) return { page: 'map' };
  if (first === 'incidents')
    return second === '' ? { page: 'incidents', id: null } : withId('incidents', second);
  if (first === 'patrols') return second === '' ? { page: 'patrols' } : withId('patrol', second);
  return { page: 'missing' };
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'map':
      return '/map';
    case 'incidents':
      return route.id === null ? '/incidents' : `/incidents/${route.id}`;
    case 'patrols':
      return '/patrols';
    case 'patrol':
      return `/patrols/${route.id}`;
    case 'missing':
      return '/';
  }
}

function withId(page: 'incidents' | 'patrol', id: string): Route {
  return ID.test(id) ? { page, id } : { page: 'missing' };
}
