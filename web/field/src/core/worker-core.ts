// The core in a browser, as a page sees it: messages to the worker that has the store, and what only a page can
// do (location, camera, battery, addresses of files).

import type { FileBytes, ToPage, ToWorker } from '../worker/wire.ts';
import { BrowserRecorder } from './browser-recorder.ts';
import { type Captured, captureFile } from './capture.ts';
import { takeWorker } from './core-worker.ts';
import {
  type Answer,
  type Ask,
  CoreError,
  type CoreEvent,
  type DeviceState,
  type FieldCore,
  type Opened,
  type Verb,
} from './field-core.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: CoreError): void;
}

interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

/** Addresses of files that are kept; the oldest is let go. */
const URLS_MAX = 200;
const PIECE_BYTES = 512 * 1024;

export class WorkerCore implements FieldCore {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(event: CoreEvent) => void>();
  private readonly urls = new Map<string, string>();
  private readonly recorder: BrowserRecorder;
  private battery: Battery | null = null;
  private persisted: boolean | null = null;
  private last = 0;

  constructor() {
    this.worker = takeWorker();
    this.worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.heard(data);
    this.worker.onerror = (event) => this.broke(event.message);
    this.recorder = new BrowserRecorder(
      (fixes) => this.deliver(fixes),
      (recorder) => this.tell({ event: 'recorder', recorder }),
    );
    window.addEventListener('online', () => this.send({ note: { online: true } }));
    void this.watchBattery();
  }

  async call<V extends Verb>(message: Ask<V>): Promise<Answer<V>> {
    return (await this.dispatch(message as Ask<Verb>)) as Answer<V>;
  }

  listen(listener: (event: CoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private dispatch(message: Ask<Verb>): Promise<unknown> {
    switch (message.do) {
      case 'open':
      case 'take_over':
      case 'unlock':
        return this.open(message);
      case 'set_recorder':
        return this.recorder.turn((message as Ask<'set_recorder'>).on);
      case 'recorder':
        return this.recorder.look();
      case 'device':
        return this.device();
      case 'capture':
        return this.capture((message as Ask<'capture'>).what);
      case 'media':
        return this.media(message as Ask<'media'>);
      case 'export_bundle':
        return this.exported(message);
      default:
        return this.ask(message);
    }
  }

  /** Every page asks the browser to keep the store, and says whether it does. */
  private async open(message: Ask<Verb>): Promise<Opened> {
    const opened = (await this.ask(message)) as Opened;
    this.persisted ??= (await navigator.storage?.persist?.().catch(() => false)) ?? false;
    return { ...opened, persisted: this.persisted };
  }

  private async media(message: Ask<'media'>): Promise<{ url: string } | null> {
    const name = `${message.hash} ${message.thumb}`;
    const known = this.urls.get(name);
    if (known !== undefined) return { url: known };
    const found = (await this.ask(message)) as FileBytes | null;
    if (found === null) return null;
    const url = URL.createObjectURL(new Blob([found.bytes], { type: found.media_type }));
    this.urls.set(name, url);
    for (const [oldest, address] of this.urls) {
      if (this.urls.size <= URLS_MAX) break;
      URL.revokeObjectURL(address);
      this.urls.delete(oldest);
    }
    return { url };
  }

  private async exported(message: Ask<Verb>): Promise<Answer<'export_bundle'>> {
    const { bytes, media_type } = (await this.ask(message)) as FileBytes;
    const url = URL.createObjectURL(new Blob([bytes], { type: media_type }));
    const day = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, '');
    return { url, name: `tala-${day}.bundle`, size: bytes.length };
  }

  private async capture(what: 'photo' | 'voice'): Promise<Captured> {
    const file = await captureFile(what);
    const { token } = await this.call<'put_file'>({ do: 'put_file', media_type: file.type });
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      const bytes = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
      await this.request((id) => [{ id, put: { token, bytes } }, [bytes.buffer]]);
    }
    return { token, media_type: file.type };
  }

  private async device(): Promise<DeviceState> {
    const space = await navigator.storage?.estimate?.().catch(() => ({}) as StorageEstimate);
    const free = space?.quota === undefined ? null : Math.max(0, space.quota - (space.usage ?? 0));
    return {
      battery_pct: this.battery === null ? null : Math.round(this.battery.level * 100),
      charging: this.battery?.charging ?? null,
      free_bytes: free,
      online: navigator.onLine,
    };
  }

  private async deliver(fixes: Ask<'deliver_batch'>['fixes']): Promise<void> {
    for (const fix of fixes) await this.ask({ do: 'deliver', fix } as Ask<Verb>);
  }

  private async watchBattery(): Promise<void> {
    const ask = (navigator as Navigator & { getBattery?(): Promise<Battery> }).getBattery;
    this.battery = (await ask?.call(navigator).catch(() => null)) ?? null;
    const tell = () => {
      if (this.battery) this.send({ note: { battery_pct: Math.round(this.battery.level * 100) } });
    };
    tell();
    this.battery?.addEventListener('levelchange', tell);
  }

  private ask(message: Ask<Verb>): Promise<unknown> {
    return this.request((id) => [{ id, ask: message as never }, []]);
  }

  private request(make: (id: number) => [ToWorker, Transferable[]]): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send(...make(id));
    });
  }

  private send(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private heard(data: ToPage): void {
    if ('event' in data) {
      const { event } = data;
      const named = event.event === 'opened' ? { ...event.opened, persisted: this.persisted } : null;
      this.tell(named === null ? event : { event: 'opened', opened: named });
      return;
    }
    const waiting = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if ('error' in data) waiting?.reject(new CoreError(data.error.code, data.error.message));
    else waiting?.resolve(data.ok);
  }

  /** The worker could not be loaded, or ended. Whoever waits is told. */
  private broke(message: string): void {
    for (const { reject } of this.waiting.values()) reject(new CoreError('broken', message));
    this.waiting.clear();
  }

  private tell(event: CoreEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
