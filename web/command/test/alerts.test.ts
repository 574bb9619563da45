import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../src/api/client.ts';
import type { Alert, Session } from '../src/api/types.ts';
import { AlertBook, inOrder } from '../src/state/alerts.svelte.ts';

const person = { id: 'x', name: '王建国' };
const session = (role: string) => ({ person, memberships: [{ unit: 'u', role }] }) as unknown as Session;

function alert(id: string, kind: string, minute: number, more: Partial<Alert> = {}): Alert {
  const at = `2026-06-01T06:${String(minute).padStart(2, '0')}:00.000Z`;
  return { id, kind, unit: 'u', patrol: null, person, lon: 116, lat: 44, at, ...more };
}

let open: Alert[];
let status: number;
const request = vi.fn<typeof fetch>();

beforeEach(() => {
  open = [];
  status = 200;
  request.mockReset();
  request.mockImplementation(async (_, init) => {
    if (init?.method === 'POST') return new Response('{}', { status });
    return Response.json({ items: open });
  });
});

const book = (role = 'duty_officer') => new AlertBook(new ApiClient(request), session(role));

describe('alerts', () => {
  it('stand with calls for help first, then the unacknowledged, then the newest', () => {
    const taken = { acknowledged: { by: person, at: '2026-06-01T06:30:00.000Z' } };
    const found = inOrder([
      alert('zone-old', 'zone', 1),
      alert('zone-new', 'zone', 9),
      alert('sos-taken', 'sos', 8, taken),
      alert('sos', 'sos', 2),
      alert('zone-taken', 'zone', 10, taken),
    ]);
    expect(found.map((one) => one.id)).toEqual(['sos', 'sos-taken', 'zone-new', 'zone-old', 'zone-taken']);
  });

  it('come live, once each, and go a minute after somebody took them on', () => {
    vi.useFakeTimers();
    const alerts = book();
    alerts.take(alert('a', 'zone', 1));
    alerts.take(alert('a', 'zone', 1));
    alerts.take(alert('b', 'sos', 0));
    expect(alerts.items.map((one) => one.id)).toEqual(['b', 'a']);
    expect(alerts.calls.map((one) => one.id)).toEqual(['b']);
    const taken = { acknowledged: { by: null, at: '2026-06-01T06:30:00.000Z' } };
    alerts.take(alert('b', 'sos', 0, taken));
    alerts.take(alert('c', 'sos', 0, taken));
    expect(alerts.items.map((one) => one.id)).toEqual(['b', 'a']);
    vi.advanceTimersByTime(60_000);
    expect(alerts.items.map((one) => one.id)).toEqual(['a']);
    vi.useRealTimers();
  });

  it('are acknowledged by those who answer for the room', async () => {
    const alerts = book();
    alerts.take(alert('a', 'sos', 1));
    await alerts.acknowledge('a');
    expect(request.mock.calls[0]?.[0]).toBe('/api/v1/alerts/a/ack');
    expect(alerts.items[0]?.acknowledged?.by).toEqual(person);
    expect(book('officer').canAcknowledge).toBe(false);
  });

  it('stay as they are on a server that knows no acknowledgement, which is asked once', async () => {
    const alerts = book();
    open = [alert('a', 'sos', 1)];
    await alerts.read();
    status = 404;
    await alerts.acknowledge('a');
    expect(alerts.items[0]?.acknowledged).toBeUndefined();
    expect(alerts.canAcknowledge).toBe(false);
  });

  it('count as none where the server has no list of them, and those heard live stay', async () => {
    const alerts = book();
    alerts.take(alert('a', 'sos', 1));
    request.mockImplementation(async () => new Response('{}', { status: 404 }));
    await alerts.read();
    expect(alerts.items.map((one) => one.id)).toEqual(['a']);
  });
});
