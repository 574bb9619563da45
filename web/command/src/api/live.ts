// The live feed: one EventSource, its state told honestly. Framework-free; the source and the clock are arguments.
//
// The browser reconnects by itself with `Last-Event-ID` while it may. When it gives up (the server answered with an
// error) we open a new one after a growing pause; a new one cannot name the last id, so it counts as a reset.

import type { Alert, Incident, Patrol, Position, TrackEvent } from './types.ts';

export type FeedState = 'connecting' | 'live' | 'stale' | 'lost';

export interface LiveHandlers {
  position(item: Position): void;
  track(event: TrackEvent): void;
  patrol(item: Patrol): void;
  incident(item: Incident): void;
  alert(item: Alert): void;
  /** Something may have been missed: read everything again. */
  reset(): void;
  /** The server ended the stream on purpose. */
  bye(reason: string): void;
  state(state: FeedState, lastHeardMs: number): void;
}

/** What we use of EventSource, so that a test can stand in for it. */
export interface Source {
  readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(name: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

export interface LiveEnvironment {
  open(url: string): Source;
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

/** The server sends `tick` every 15 s; two missed and a little more make the feed stale. */
export const STALE_MS = 40_000;
const CHECK_MS = 5_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const CLOSED = 2;
const URL_LIVE = '/api/v1/live';

export class LiveFeed {
  private readonly env: LiveEnvironment;
  private readonly handlers: LiveHandlers;
  private source: Source | null = null;
  private state: FeedState = 'connecting';
  private lastHeardMs = 0;
  private ticks = false;
  private failures = 0;
  private opened = false;
  private checkTimer: unknown = null;
  private retryTimer: unknown = null;

  constructor(env: LiveEnvironment, handlers: LiveHandlers) {
    this.env = env;
    this.handlers = handlers;
  }

  start(): void {
    this.lastHeardMs = this.env.now();
    this.connect();
    this.scheduleCheck();
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    this.env.clearTimer(this.checkTimer);
    this.env.clearTimer(this.retryTimer);
  }

  private connect(): void {
    const source = this.env.open(URL_LIVE);
    this.source = source;
    this.ticks = false;
    source.onopen = () => this.onOpen();
    source.onerror = () => this.onError(source);
    this.listen(source, 'position', (data) => this.handlers.position(data as Position));
    this.listen(source, 'track', (data) => this.handlers.track(data as TrackEvent));
    this.listen(source, 'patrol', (data) => this.handlers.patrol(data as Patrol));
    this.listen(source, 'incident', (data) => this.handlers.incident(data as Incident));
    this.listen(source, 'alert', (data) => this.handlers.alert(data as Alert));
    this.listen(source, 'reset', () => this.handlers.reset());
    this.listen(source, 'tick', () => {
      this.ticks = true;
    });
    this.listen(source, 'bye', (data) => this.onBye(data));
  }

  private listen(source: Source, name: string, act: (data: unknown) => void): void {
    source.addEventListener(name, (event) => {
      if (source !== this.source) return;
      this.heard();
      const data = parse(event.data);
      if (data !== undefined) act(data);
    });
  }

  private onOpen(): void {
    this.failures = 0;
    this.heard();
    if (this.opened && this.reopened) this.handlers.reset();
    this.opened = true;
    this.reopened = false;
  }

  /** True when the connection being opened is a new EventSource, which could not say where it left off. */
  private reopened = false;

  private onError(source: Source): void {
    if (source !== this.source) return;
    this.become('lost');
    if (source.readyState === CLOSED) this.retryLater();
  }

  private onBye(data: unknown): void {
    const reason = (data as { reason?: unknown }).reason;
    this.source?.close();
    this.become('lost');
    this.handlers.bye(typeof reason === 'string' ? reason : '');
    if (reason === 'shutdown') this.retryLater();
  }

  private retryLater(): void {
    const pause = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 30_000;
    this.failures += 1;
    this.reopened = true;
    this.env.clearTimer(this.retryTimer);
    this.retryTimer = this.env.setTimer(() => this.connect(), pause);
  }

  private heard(): void {
    this.lastHeardMs = this.env.now();
    this.become('live');
  }

  private scheduleCheck(): void {
    this.checkTimer = this.env.setTimer(() => {
      const silent = this.env.now() - this.lastHeardMs > STALE_MS;
      // A server without ticks may be silent with nothing to say: only a missed tick proves anything.
      if (silent && this.ticks && this.state === 'live') this.become('stale');
      this.scheduleCheck();
    }, CHECK_MS);
  }

  private become(state: FeedState): void {
    this.state = state;
    this.handlers.state(state, this.lastHeardMs);
  }
}

/** The real browser. */
export const browserEnvironment: LiveEnvironment = {
  open: (url) => new EventSource(url) as unknown as Source,
  now: () => Date.now(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as number | undefined),
};

/** An event whose data does not parse is dropped, not fatal; the next read of the list shows what it said. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
