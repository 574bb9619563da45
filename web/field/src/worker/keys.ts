// The keys of this browser, in IndexedDB: one that signs, one that wraps, and the wrapped key of the store.
//
// The first two are WebCrypto keys that no script can read. The key of the store is 32 random bytes, wrapped by
// the second and, once there is a PIN, by the PIN as well. A page's script can use what is unwrapped; it cannot
// take the wrapping key away. Who copies the profile's files and knows Chromium's format can: against that stands
// the PIN, as long as it is long.

import { CoreError } from '../core/field-core.ts';

const DATABASE = 'tala-keys';
const STORE = 'keys';
const ITERATIONS = 600_000;
/** Tries that cost no waiting. */
const FREE_TRIES = 3;
const WAIT_MS = 15_000;
const WAIT_MAX_MS = 60 * 60 * 1000;

/** The key by which this device signs. */
export interface DeviceKey {
  pair: CryptoKeyPair;
  /** Uncompressed point. */
  public: Uint8Array<ArrayBuffer>;
}

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

interface PinSalt {
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  iv: Uint8Array<ArrayBuffer>;
}

interface DataRow {
  sealed: Sealed;
  pin: PinSalt | null;
}

interface Tries {
  wrong: number;
  until_ms: number;
}

export class Keys {
  private constructor(
    private readonly db: IDBDatabase,
    readonly device: DeviceKey,
    private readonly wrapping: CryptoKey,
    private data: DataRow,
  ) {}

  /** Opens what is kept, or makes it. Whoever calls has the store's lock: nobody else makes keys meanwhile. */
  static async open(): Promise<Keys> {
    const db = await database();
    const device = (await read<DeviceKey>(db, 'device')) ?? (await newDevice());
    const wrapping = (await read<CryptoKey>(db, 'wrapping')) ?? (await newWrapping());
    const data = (await read<DataRow>(db, 'data')) ?? (await newData(wrapping));
    await write(db, { device, wrapping, data });
    return new Keys(db, device, wrapping, data);
  }

  get hasPin(): boolean {
    return this.data.pin !== null;
  }

  /** The key of the store, where no PIN is needed. */
  async unwrap(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await opened(this.wrapping, this.data.sealed));
  }

  /** The key of the store by the PIN. Each wrong one is counted before it is tried, and makes the next wait. */
  async unlock(pin: string): Promise<Uint8Array<ArrayBuffer>> {
    const salted = this.data.pin;
    if (salted === null) return this.unwrap();
    const tries = (await read<Tries>(this.db, 'tries')) ?? { wrong: 0, until_ms: 0 };
    const wait = tries.until_ms - Date.now();
    if (wait > 0) throw new CoreError('wrong_pin', String(Math.min(wait, WAIT_MAX_MS)));
    const wrong = tries.wrong + 1;
    const pause = pauseAfter(wrong);
    await write(this.db, { tries: { wrong, until_ms: Date.now() + pause } });
    const inner = await opened(this.wrapping, this.data.sealed);
    const key = await fromPin(pin, salted);
    const bytes = await opened(key, { iv: salted.iv, bytes: inner }).catch(() => null);
    if (bytes === null) throw new CoreError('wrong_pin', String(pause));
    await write(this.db, { tries: { wrong: 0, until_ms: 0 } });
    return new Uint8Array(bytes);
  }

  /** Sets the PIN; the old one must be right where there is one. */
  async setPin(pin: string, old: string | undefined): Promise<void> {
    if (!/^\d{6,12}$/.test(pin)) throw new CoreError('input', 'a PIN has 6 to 12 digits');
    const bytes = this.hasPin ? await this.unlock(old ?? '') : await this.unwrap();
    const salted = { salt: random(16), iterations: ITERATIONS, iv: random(12) };
    const key = await fromPin(pin, salted);
    const inner = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: salted.iv }, key, bytes);
    bytes.fill(0);
    const data = { sealed: await sealed(this.wrapping, inner), pin: salted };
    await write(this.db, { data });
    this.data = data;
  }

  async sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    return new Uint8Array(await crypto.subtle.sign(algorithm, this.device.pair.privateKey, message));
  }

  close(): void {
    this.db.close();
  }

  /** Lets go of every key: what they encrypted is noise from then on. */
  async forget(): Promise<void> {
    const tx = this.db.transaction(STORE, 'readwrite', { durability: 'strict' });
    tx.objectStore(STORE).clear();
    await finished(tx);
    this.db.close();
  }
}

/** How long to wait after so many wrong ones in a row, ms. */
export function pauseAfter(wrong: number): number {
  if (wrong < FREE_TRIES) return 0;
  return Math.min(WAIT_MS * 2 ** Math.min(wrong - FREE_TRIES, 16), WAIT_MAX_MS);
}

async function newDevice(): Promise<DeviceKey> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const pair = await crypto.subtle.generateKey(curve, false, ['sign', 'verify']);
  return { pair, public: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

function newWrapping(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

async function newData(wrapping: CryptoKey): Promise<DataRow> {
  return { sealed: await sealed(wrapping, random(32)), pin: null };
}

async function fromPin(pin: string, salted: PinSalt): Promise<CryptoKey> {
  const text = new TextEncoder().encode(pin);
  const base = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt: salted.salt, iterations: salted.iterations },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

async function sealed(key: CryptoKey, bytes: BufferSource): Promise<Sealed> {
  const iv = random(12);
  return { iv, bytes: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) };
}

function opened(key: CryptoKey, it: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv: it.iv }, key, it.bytes);
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function read<T>(db: IDBDatabase, name: string): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const request = db.transaction(STORE).objectStore(STORE).get(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** All of it or nothing, and on the disk when it resolves. */
async function write(db: IDBDatabase, values: Record<string, unknown>): Promise<void> {
  const tx = db.transaction(STORE, 'readwrite', { durability: 'strict' });
  for (const [name, value] of Object.entries(values)) tx.objectStore(STORE).put(value, name);
  await finished(tx);
}

function finished(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onerror = () => reject(tx.error);
    tx.onabort = () => reject(tx.error);
  });
}
