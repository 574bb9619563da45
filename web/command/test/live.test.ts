import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type LiveEnvironment, LiveFeed, type LiveHandlers, type Source, STALE_MS } from '../src/api/live.ts';

class FakeSource implements Source {
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private listeners = new Map<string, (event: { data: string }) => void>();

  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(name: string, data: unknown): void {
    this.listeners.get(name)?.({ data: typeof data === 'string' ? data : JSON.stringify(data) });
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }
}

class World implements LiveEnvironment {
  sources: FakeSource[] = [];
  open(): Source {
    const source = new FakeSource();
    this.sources.push(source);
    return source;
  }
  now = () => Date.now();
  setTimer = (run: () => void, ms: number) => setTimeout(run, ms);
  clearTimer = (timer: unknown) => clearTimeout(timer as number | undefined);
  get last(): FakeSource {
    const source = this.sources.at(-1);
    if (!source) throw new Error('nothing was opened');
    return source;
  }
}

function handlers() {
  const names = ['position', 'track', 'patrol', 'incident', 'alert', 'reset', 'bye', 'state'] as const;
  return Object.fromEntries(names.map((name) => [name, vi.fn()])) as {
    [K in keyof LiveHandlers]: ReturnType<typeof vi.fn>;
  };
}

describe('live feed', () => {
  let world: World;
  let on: ReturnType<typeof handlers>;
  let feed: LiveFeed;
  const state = () => on.state.mock.lastCall?.[0];

  beforeEach(() => {
    vi.useFakeTimers();
    world = new World();
    on = handlers();
    feed = new LiveFeed(world, on as unknown as LiveHandlers);
    feed.start();
  });

  it('passes events on and says that it is live', () => {
    world.last.onopen?.();
    world.last.say('incident', { id: 'a' });
    expect(on.incident).toHaveBeenCalledWith({ id: 'a' });
    expect(state()).toBe('live');
  });

  it('drops an event it cannot read and goes on', () => {
    world.last.say('incident', '{broken');
    world.last.say('patrol', { id: 'p' });
    expect(on.incident).not.toHaveBeenCalled();
    expect(on.patrol).toHaveBeenCalledOnce();
  });

  it('leaves a short break to the browser, which names the last id itself', () => {
    world.last.onopen?.();
    world.last.fail(0);
    expect(state()).toBe('lost');
    world.last.onopen?.();
    expect(state()).toBe('live');
    expect([world.sources.length, on.reset.mock.calls.length]).toEqual([1, 0]);
  });

  it('opens a new stream when the browser gave up, and then reads everything again', () => {
    world.last.onopen?.();
    world.last.fail(2);
    vi.advanceTimersByTime(1_000);
    expect(world.sources.length).toBe(2);
    world.last.onopen?.();
    expect(on.reset).toHaveBeenCalledOnce();
    expect(state()).toBe('live');
  });

  it('waits longer after each failure', () => {
    world.last.fail(2);
    vi.advanceTimersByTime(1_000);
    world.last.fail(2);
    vi.advanceTimersByTime(1_999);
    expect(world.sources.length).toBe(2);
    vi.advanceTimersByTime(1);
    expect(world.sources.length).toBe(3);
  });

  it('is stale when ticks stop, and live again with the next word', () => {
    world.last.onopen?.();
    world.last.say('tick', {});
    vi.advanceTimersByTime(STALE_MS + 6_000);
    expect(state()).toBe('stale');
    world.last.say('tick', {});
    expect(state()).toBe('live');
  });

  it('does not call a server stale that never ticked', () => {
    world.last.onopen?.();
    vi.advanceTimersByTime(10 * STALE_MS);
    expect(state()).toBe('live');
  });

  it('reads everything again when the server says so', () => {
    world.last.say('reset', {});
    expect(on.reset).toHaveBeenCalledOnce();
  });

  it('ends with the session and comes back after a restart of the server', () => {
    world.last.say('bye', { reason: 'revoked' });
    expect(on.bye).toHaveBeenCalledWith('revoked');
    vi.advanceTimersByTime(60_000);
    expect(world.sources.length).toBe(1);
    feed.start();
    world.last.say('bye', { reason: 'shutdown' });
    vi.advanceTimersByTime(1_000);
    expect(world.sources.length).toBe(3);
  });

  it('hears nothing after it was stopped', () => {
    const source = world.last;
    feed.stop();
    source.say('incident', { id: 'late' });
    expect(source.closed).toBe(true);
    expect(on.incident).not.toHaveBeenCalled();
  });
});
