// Everything the fake core knows, and the few things that happen in it by themselves.

import { Random } from '@tala/shared/planted/random';
import type {
  CoreEvent,
  DeviceState,
  DraftLine,
  Enrolled,
  ErrorCode,
  MessageLine,
  Opened,
  PlanLine,
  RecorderState,
  SosLine,
  SyncState,
  TeamLine,
  Verb,
} from '../field-core.ts';
import type { FakeIncident } from './incidents.ts';
import { add, type FakePatrol, STATION, stride } from './patrols.ts';
import { id } from './registries.ts';

export interface FakeFile {
  media_type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export const IDENTITY: Enrolled = {
  device: id('f0', 1),
  unit: id('10', 10),
  unit_name: '白音塔拉派出所',
  person: id('50', 0),
  person_name: '巴特尔',
  url: 'https://tala.example',
};

/** How soon the made-up duty officer answers a call for help. */
export const SOS_AT_CENTRE_MS = 1_500;
export const SOS_SEEN_MS = 6_000;

export class World {
  version = 1;
  opened: Opened = {
    enrolled: true,
    lock: 'none',
    other_window: false,
    restored: false,
    interrupted: null,
    platform: 'browser',
    persisted: true,
    records_locked: false,
    identity: IDENTITY,
  };
  pin: string | null = null;
  wrongPins = 0;
  recorder: RecorderState = {
    on: false,
    permission: 'granted',
    service: false,
    last_fix_ms: null,
    interval_ms: 1000,
    power_saving: false,
  };
  device: DeviceState = { battery_pct: 64, charging: false, free_bytes: 21_400_000_000, online: true };
  sync: SyncState = {
    running: false,
    round_trips: 0,
    handed_over: 0,
    proved: 0,
    fetched: 0,
    refused: 0,
    uploaded: 0,
    put_off: 0,
    later: false,
    next_try_ms: null,
    failed: null,
  };
  synced_ms: number | null = null;
  patrols: FakePatrol[] = [];
  incidents: FakeIncident[] = [];
  team: TeamLine[] = [];
  messages: MessageLine[] = [];
  plans: PlanLine[] = [];
  sos: SosLine[] = [];
  /** Whether somebody at the centre looks at calls for help. */
  watched = true;
  /** Verbs that fail, as a scene or a test wants. */
  faults = new Map<Verb, ErrorCode>();
  readonly settings = new Map<string, unknown>();
  readonly drafts = new Map<string, DraftLine>();
  readonly files = new Map<string, FakeFile>();
  readonly spool = new Map<string, FakeFile>();
  private readonly listeners = new Set<(event: CoreEvent) => void>();
  private readonly random = new Random(4242);
  private made = 0;

  constructor(readonly clock: () => number = Date.now) {}

  /** A new id: no two alike, the same in every run. */
  newId(): string {
    this.made += 1;
    return id('99', this.made);
  }

  newHash(): string {
    return this.random.hex(64);
  }

  running(): FakePatrol | undefined {
    return this.patrols.find(({ recording }) => recording.state !== 'ended');
  }

  changed(): void {
    this.version += 1;
    const running = this.running();
    if (running) running.recording.version = this.version;
    this.tell({ event: 'changed', version: this.version });
  }

  tell(event: CoreEvent): void {
    for (const listener of this.listeners) listener(structuredClone(event));
  }

  listen(listener: (event: CoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** One second of riding, where a patrol is recorded. */
  tick(): void {
    const patrol = this.running();
    if (patrol?.recording.state !== 'recording' || !this.recorder.on) return;
    const now = this.clock();
    add(patrol, stride(patrol.recording.last ?? STATION, patrol, this.random), now, 5);
    this.recorder = { ...this.recorder, last_fix_ms: now };
    this.changed();
  }
}
