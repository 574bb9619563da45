// The shell of a browser: everything around the core that a worker can do. One instance per worker.

import init, { Phone } from 'tala-wasm/tala.js';
import moduleUrl from 'tala-wasm/tala_bg.wasm?url';
import {
  type Answer,
  CoreError,
  type CoreEvent,
  type Enrolled,
  type ErrorCode,
  type FileIn,
  type Opened,
  type Verb,
} from '../core/field-core.ts';
import { coreError } from './faults.ts';
import { Keys } from './keys.ts';
import { smallPicture } from './pictures.ts';
import { SyncLoop } from './sync-loop.ts';
import { WindowLock } from './window-lock.ts';
import type { AnyAsk, FileBytes } from './wire.ts';

/** What goes on behind a shut lock: recording, and a call for help. `docs/FIELD-BRIDGE.md` has the list. */
const WHILE_SHUT = new Set<Verb>([
  ...(['open', 'unlock', 'lock', 'take_over', 'version', 'recorder', 'device'] as const),
  ...(['deliver', 'deliver_batch', 'note_gap', 'sos', 'sos_state', 'sos_calls'] as const),
]);

/** Verbs of the core that write something which should not wait for the next regular sync. */
const GOES_OUT = new Set<Verb>([
  ...(['report', 'edit_incident', 'choose', 'stop_patrol', 'start_patrol'] as const),
  ...(['send_message', 'ack_message', 'task_done'] as const),
]);

/** How long a store is waited for whose last window has only just let go. */
const OPEN_PATIENCE_MS = 6_000;

type OpenCore = { phone: Phone; sync: SyncLoop };
type Shut = 'none' | 'shut' | 'open';

export class Shell {
  private core: OpenCore | null = null;
  private keys: Keys | null = null;
  private lock: Shut = 'none';
  private heard = 0;
  private battery: number | undefined;
  private loaded: Promise<unknown> | null = null;
  private readonly windows = new WindowLock(() => this.lose());
  /** Verbs that open, close or change keys, one after another. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly tell: (event: CoreEvent) => void) {
    // Compiled while the page is still being read. Who opens the store hears it where this fails.
    void this.load().catch(() => {});
  }

  /** Does one verb. */
  async do(ask: AnyAsk): Promise<unknown> {
    if (this.lock === 'shut' && !WHILE_SHUT.has(ask.do)) throw new CoreError('locked', 'the app is locked');
    try {
      return await this.dispatch(ask);
    } finally {
      this.changed();
    }
  }

  /** Bytes of a begun file. Durable when it answers. */
  put(token: string, bytes: Uint8Array): { size: number } {
    if (this.lock === 'shut') throw new CoreError('locked', 'the app is locked');
    return { size: this.on().phone.put_bytes(token, bytes) };
  }

  /** What only a page can see. */
  note(seen: { battery_pct?: number | null; online?: boolean }): void {
    if (seen.battery_pct !== undefined) this.battery = seen.battery_pct ?? undefined;
    if (seen.online) this.core?.sync.online();
  }

  private dispatch(ask: AnyAsk): unknown {
    switch (ask.do) {
      case 'open':
        return this.inTurn(() => this.open());
      case 'take_over':
        return this.inTurn(() => this.takeOver());
      case 'unlock':
        return this.inTurn(() => this.unlock(text(ask, 'pin')));
      case 'set_pin':
        return this.inTurn(() => this.setPin(text(ask, 'pin'), ask.old as string | undefined));
      case 'sign_out':
        return this.inTurn(() => this.signOut());
      case 'enrol':
        return this.inTurn(() => this.enrol(text(ask, 'code'), text(ask, 'name')));
      case 'lock':
        return this.shut();
      case 'start_sync':
        return this.on().sync.start(ask as unknown as Parameters<SyncLoop['start']>[0]);
      case 'cancel_sync':
        return this.on().sync.cancel();
      case 'sync_state':
        return this.on().sync.state;
      default:
        return this.file(ask);
    }
  }

  private file(ask: AnyAsk): unknown {
    const { phone } = this.on();
    switch (ask.do) {
      case 'put_file':
        return { token: phone.put_file() };
      case 'put_bytes':
        return this.put(text(ask, 'token'), fromBase64(text(ask, 'base64')));
      case 'attach':
        return this.attach(text(ask, 'incident'), text(ask, 'token'), ask.file as FileIn);
      case 'media':
        return media(phone, text(ask, 'hash'), ask.thumb === true);
      case 'export_bundle':
        return bundle(phone, ask.records as string[] | undefined);
      case 'import_bundle':
        return JSON.parse(phone.import_bundle(text(ask, 'token')));
      case 'setting':
        return JSON.parse(phone.held(`setting/${text(ask, 'name')}`));
      case 'set_setting':
        phone.hold(`setting/${text(ask, 'name')}`, JSON.stringify(ask.value ?? null));
        return null;
      default:
        return this.verb(ask);
    }
  }

  /** A verb of the core, as it is. */
  private verb(ask: AnyAsk): unknown {
    const { phone, sync } = this.on();
    const answer = JSON.parse(phone.call(JSON.stringify(ask))) as
      | { ok: unknown }
      | { error: { code: ErrorCode; message: string } };
    if ('error' in answer) throw new CoreError(answer.error.code, answer.error.message);
    if (ask.do === 'sos') sync.wrote(true);
    else if (GOES_OUT.has(ask.do)) sync.wrote(false);
    return answer.ok;
  }

  private async attach(incident: string, token: string, file: FileIn): Promise<Answer<'attach'>> {
    const { phone, sync } = this.on();
    const small = await smallPicture(phone.begun(token), file.media_type);
    const hash = phone.attach(incident, token, JSON.stringify(file), small);
    sync.wrote(false);
    return hash;
  }

  private async open(): Promise<Opened> {
    if (this.core === null && !this.windows.held && !(await this.windows.take())) return this.opened(true);
    return this.start();
  }

  private async takeOver(): Promise<Opened> {
    await this.windows.takeOver();
    return this.start();
  }

  /** Opens keys and store, as far as no PIN is missing. */
  private async start(): Promise<Opened> {
    if (this.core !== null) return this.opened(false);
    this.keys ??= await Keys.open();
    if (this.keys.hasPin) {
      this.lock = 'shut';
      return this.opened(false);
    }
    this.lock = 'none';
    await this.turnOn(await this.keys.unwrap());
    return this.opened(false);
  }

  private async unlock(pin: string): Promise<Opened> {
    if (this.keys === null) throw new CoreError('failed', 'nothing is open');
    const key = await this.keys.unlock(pin);
    if (this.core === null) await this.turnOn(key);
    key.fill(0);
    this.lock = this.keys.hasPin ? 'open' : 'none';
    return this.opened(false);
  }

  private async setPin(pin: string, old: string | undefined): Promise<null> {
    this.on();
    await this.keys?.setPin(pin, old);
    this.lock = 'open';
    return null;
  }

  private shut(): null {
    if (this.keys?.hasPin) this.lock = 'shut';
    return null;
  }

  private async enrol(code: string, name: string): Promise<Enrolled> {
    const { phone, sync } = this.on();
    const identity = JSON.parse(await phone.enrol(code, name)) as Enrolled;
    sync.wrote(false);
    return identity;
  }

  /** Wipes key and store, where everything has a receipt. */
  private async signOut(): Promise<null> {
    const core = this.on();
    // Before the sync is stopped that would give it a receipt.
    if (identity(core.phone) !== null) {
      const { unproved } = this.verb({ do: 'hand_over' }) as Answer<'hand_over'>;
      if (unproved) throw new CoreError('unproved', 'something here has no receipt');
    }
    await core.sync.stop();
    try {
      // Counted once more and closed in one step: nothing can be recorded in between.
      core.phone.leave();
    } catch (thrown) {
      this.core = { phone: core.phone, sync: this.syncs(core.phone) };
      throw thrown;
    }
    this.core = null;
    // The key first: from here on what is left is noise.
    await this.keys?.forget();
    this.keys = null;
    this.lock = 'none';
    core.phone.wipe();
    return null;
  }

  private async turnOn(key: Uint8Array): Promise<void> {
    const keys = this.keys;
    if (keys === null) throw new CoreError('failed', 'there are no keys');
    await this.load();
    const host = {
      sign: (message: Uint8Array<ArrayBuffer>) => keys.sign(message),
      battery: () => this.battery,
    };
    const phone = await patiently(() => Phone.open(key, keys.device.public, self.location.origin, host));
    key.fill(0);
    this.core = { phone, sync: this.syncs(phone) };
    this.heard = phone.version();
  }

  private syncs(phone: Phone): SyncLoop {
    return new SyncLoop(phone, (state) => {
      this.tell({ event: 'sync', sync: state });
      this.changed();
    });
  }

  /** The module. One that did not come is asked for again by the next opening. */
  private load(): Promise<unknown> {
    this.loaded ??= init({ module_or_path: moduleUrl }).catch((error: unknown) => {
      this.loaded = null;
      throw error;
    });
    return this.loaded;
  }

  /** Another window takes the store. */
  private async lose(): Promise<void> {
    const core = this.core;
    this.core = null;
    this.keys?.close();
    this.keys = null;
    await core?.sync.stop();
    core?.phone.close();
    this.lock = 'none';
    this.tell({ event: 'opened', opened: this.opened(true) });
  }

  private opened(other_window: boolean): Opened {
    const core = this.core?.phone;
    const shut = this.lock === 'shut';
    // Who has set a PIN has enrolled before; who it is stands behind the lock.
    const nothing = { enrolled: shut, restored: false, interrupted: null, identity: null };
    const seen = core === undefined || shut ? nothing : JSON.parse(core.opened());
    return {
      ...seen,
      lock: other_window ? 'none' : this.lock,
      other_window,
      platform: 'browser',
      persisted: null,
      records_locked: false,
    };
  }

  private on(): OpenCore {
    if (this.core !== null) return this.core;
    if (this.lock === 'shut') throw new CoreError('locked', 'the app is locked');
    const code = this.windows.held ? 'failed' : 'other_window';
    throw new CoreError(code, 'the store is not open here');
  }

  private changed(): void {
    const version = this.core?.phone.version() ?? 0;
    if (version === this.heard || version === 0) return;
    this.heard = version;
    this.tell({ event: 'changed', version });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work, work);
    this.queue = done.catch(() => {});
    return done;
  }
}

function identity(phone: Phone): Enrolled | null {
  return (JSON.parse(phone.opened()) as Opened).identity;
}

function media(phone: Phone, hash: string, thumb: boolean): FileBytes | null {
  const found = phone.media(hash, thumb);
  if (found === undefined) return null;
  const [media_type, bytes] = found;
  return { media_type, bytes };
}

function bundle(phone: Phone, records: string[] | undefined): FileBytes {
  const bytes = phone.export_bundle(records === undefined ? undefined : JSON.stringify(records));
  return { media_type: 'application/octet-stream', bytes };
}

function text(ask: AnyAsk, name: string): string {
  const value = ask[name];
  if (typeof value !== 'string') throw new CoreError('input', `${name} is not text`);
  return value;
}

function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Tries again while the files of a window that is gone are still held. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + OPEN_PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      const { code } = coreError(thrown);
      if (code !== 'store' || Date.now() > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
