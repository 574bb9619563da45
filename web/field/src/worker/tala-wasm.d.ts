// The module that `cargo xtask wasm` writes to target/wasm; the alias stands in vite.config.ts. What is used of
// it stands here by hand, so that pages can be checked where it is not built.

declare module 'tala-wasm/tala.js' {
  /** What the module asks of the worker. */
  export interface Host {
    sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
    battery(): number | undefined;
  }

  export class Phone {
    private constructor();
    static open(key: Uint8Array, publicKey: Uint8Array, origin: string, host: Host): Promise<Phone>;
    opened(): string;
    call(message: string): string;
    version(): number;
    enrol(code: string, name: string): Promise<string>;
    put_file(): string;
    put_bytes(token: string, bytes: Uint8Array): number;
    begun(token: string): Uint8Array<ArrayBuffer>;
    attach(incident: string, token: string, file: string, thumb?: Uint8Array): string;
    media(hash: string, thumb: boolean): [string, Uint8Array<ArrayBuffer>] | undefined;
    export_bundle(records?: string): Uint8Array<ArrayBuffer>;
    import_bundle(token: string): string;
    sign_waiting(): Promise<number>;
    sync(ask: string, progress: (json: string) => void): Promise<string>;
    cancel_sync(): void;
    held(name: string): string;
    hold(name: string, value: string): void;
    close(): void;
    leave(): void;
    wipe(): void;
  }

  export default function init(options: { module_or_path: string | URL }): Promise<unknown>;
}

declare module 'tala-wasm/tala_bg.wasm?url' {
  const url: string;
  export default url;
}
