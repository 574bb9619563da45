// A list read page by page and kept up to date by live events.

import type { Query } from '../api/client.ts';
import { asApiError } from '../api/error.ts';
import type { Page } from '../api/types.ts';
import { Resource } from './resource.svelte.ts';

type ReadPage<T> = (query: Query, signal?: AbortSignal) => Promise<Page<T>>;

export class ListStore<T extends { id: string }> extends Resource<Page<T>> {
  loadingMore = $state(false);
  private readonly readPage: ReadPage<T>;
  private readonly limit: number;
  private query: Query = {};

  constructor(readPage: ReadPage<T>, limit = 100) {
    super();
    this.readPage = readPage;
    this.limit = limit;
  }

  get items(): T[] {
    return this.value?.items ?? [];
  }

  async read(query: Query): Promise<void> {
    this.query = { ...query, limit: this.limit };
    await this.load((signal) => this.readPage(this.query, signal));
  }

  async more(): Promise<void> {
    const next = this.value?.next;
    if (!next || this.loadingMore) return;
    const asked = this.query;
    this.loadingMore = true;
    try {
      const page = await this.readPage({ ...asked, cursor: next });
      if (asked === this.query) this.set({ items: [...this.items, ...page.items], next: page.next });
    } catch (thrown) {
      this.error = asApiError(thrown);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Takes a live item: replaces it, puts a new one first, or drops one that no longer belongs here. */
  upsert(item: T, belongs: boolean): void {
    if (this.value === null) return;
    const at = this.items.findIndex((one) => one.id === item.id);
    if (!belongs) {
      if (at >= 0) this.value = { ...this.value, items: this.items.filter((one) => one.id !== item.id) };
      return;
    }
    const items = at >= 0 ? this.items.with(at, item) : [item, ...this.items];
    this.value = { ...this.value, items };
  }
}
