import { describe, expect, it, vi } from 'vitest';
import { ApiClient, queryText } from '../src/api/client.ts';
import { ApiError, kindOfStatus } from '../src/api/error.ts';

interface Asked {
  url: string;
  init: RequestInit;
}

/** A server that gives one answer and remembers what it was asked. */
function server(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: Asked[] = [];
  const request = (async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const text = status === 204 ? null : JSON.stringify(body);
    return new Response(text, { status, headers: { 'Content-Type': 'application/json', ...headers } });
  }) as typeof fetch;
  return { asked, request };
}

async function failure(work: Promise<unknown>): Promise<ApiError> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ApiError);
  return thrown as ApiError;
}

describe('requests', () => {
  it('leave out what is empty', async () => {
    const { asked, request } = server(200, { items: [], next: null });
    await new ApiClient(request).incidents({ unit: null, category: 'mining', q: '', limit: 100 });
    expect(asked[0]?.url).toBe('/api/v1/incidents?category=mining&limit=100');
  });

  it('name the version they change and a key that makes a repeat harmless', async () => {
    const { asked, request } = server(200, { id: 'x' }, { ETag: '"h2"' });
    const patch = { fields: { title: '开垦' }, resolve: ['title'] };
    const changed = await new ApiClient(request).patchIncident('x', patch, '"h1"', 'key-1');
    expect(asked[0]?.init.method).toBe('PATCH');
    expect(asked[0]?.init.headers).toMatchObject({ 'If-Match': '"h1"', 'Idempotency-Key': 'key-1' });
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual(patch);
    expect(changed.etag).toBe('"h2"');
  });

  it('escape what goes into a path', async () => {
    const { asked, request } = server(200, {});
    await new ApiClient(request).patrol('../session');
    expect(asked[0]?.url).toBe('/api/v1/patrols/..%2Fsession');
    expect(new ApiClient(request).gpxHref('ab')).toBe('/api/v1/patrols/ab/track.gpx');
  });

  it('write query text with escapes', () => {
    expect(queryText({ q: '开垦 &', cursor: undefined })).toBe('?q=%E5%BC%80%E5%9E%A6+%26');
    expect(queryText({})).toBe('');
  });
});

describe('failures', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'missing'],
    [409, 'conflict'],
    [412, 'conflict'],
    [422, 'invalid'],
    [429, 'too_many'],
    [500, 'server'],
    [503, 'offline'],
  ])('status %d is %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });

  it('carry the number the server gave and how long to wait', async () => {
    const { request } = server(429, { request_id: 'r-9' }, { 'Retry-After': '30' });
    const error = await failure(new ApiClient(request).signIn('a', 'b'));
    expect([error.kind, error.requestId, error.retryAfterS]).toEqual(['too_many', 'r-9', 30]);
  });

  it('survive an answer that is not JSON', async () => {
    const request = (async () => new Response('<html>', { status: 502 })) as typeof fetch;
    expect((await failure(new ApiClient(request).units())).kind).toBe('offline');
  });

  it('tell a server that is not there from one that refuses', async () => {
    const request = (async () => {
      throw new TypeError('failed to fetch');
    }) as typeof fetch;
    expect((await failure(new ApiClient(request).units())).kind).toBe('offline');
  });

  it('let an abort through as what it is', async () => {
    const request = (async () => {
      throw new DOMException('gone', 'AbortError');
    }) as typeof fetch;
    await expect(new ApiClient(request).units()).rejects.toThrow('gone');
  });

  it('report an ended session once, and not for a wrong password', async () => {
    const ended = vi.fn();
    const { request } = server(401, {});
    const client = new ApiClient(request, ended);
    await failure(client.signIn('a', 'wrong'));
    expect(ended).not.toHaveBeenCalled();
    await failure(client.units());
    expect(ended).toHaveBeenCalledOnce();
  });
});
