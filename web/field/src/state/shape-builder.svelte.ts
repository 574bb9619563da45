// A line or an area in the making, by walking or by drawing, with its size and error at every step.

import type { At, Measured, Place, ShapeIn } from '../core/field-core.ts';
import type { Call } from './files.ts';

export type Way = 'walk' | 'draw';
export type Kind = 'line' | 'polygon';

interface Kept {
  kind: Kind;
  way: Way;
  corners: Place[];
  acc_m: number[];
}

/** A walked corner nearer than this to the last is the same corner, m. */
const STEP_M = 4;
const EARTH_M = 6_371_008;
/** What a finger on a map is worth, m: the map adds its own error to it. */
const DRAWN_ACC_M = 15;

export class ShapeBuilder {
  kind = $state<Kind>('polygon');
  way = $state<Way>('walk');
  corners = $state.raw<Place[]>([]);
  acc = $state.raw<number[]>([]);
  measured = $state.raw<Measured | null>(null);
  private readonly key: string;
  private asked = 0;

  constructor(
    private readonly call: Call,
    id: string,
  ) {
    this.key = `shape:${id}`;
  }

  /** Enough corners to be what it is called. */
  readonly complete = $derived(this.corners.length >= (this.kind === 'polygon' ? 3 : 2));
  readonly shape: ShapeIn | null = $derived(
    this.corners.length === 0
      ? null
      : {
          kind: this.complete ? this.kind : this.corners.length > 1 ? 'line' : 'point',
          corners: this.corners,
          source: this.way === 'walk' ? 'gnss' : 'drawn',
          acc_m: this.acc,
        },
  );

  async load(): Promise<void> {
    const lines = await this.call<'drafts'>({ do: 'drafts' });
    const left = lines.find((line) => line.key === this.key)?.value as Kept | undefined;
    if (!left?.corners) return;
    this.kind = left.kind;
    this.way = left.way;
    this.corners = left.corners;
    this.acc = left.acc_m;
    await this.measure();
  }

  setKind(kind: Kind): Promise<void> {
    this.kind = kind;
    return this.changed();
  }

  /** Walked and drawn corners have different errors and are not mixed: the other way begins anew. */
  setWay(way: Way): Promise<void> {
    if (way === this.way) return Promise.resolve();
    this.way = way;
    this.corners = [];
    this.acc = [];
    return this.changed();
  }

  /** A corner where the officer stands. Answers whether it was a new one. */
  async walked(at: At): Promise<boolean> {
    const last = this.corners.at(-1);
    if (last && apartM(last, at) < STEP_M) return false;
    this.corners = [...this.corners, { lat: at.lat, lon: at.lon }];
    this.acc = [...this.acc, at.acc_m ?? DRAWN_ACC_M];
    await this.changed();
    return true;
  }

  async drawn(place: Place): Promise<void> {
    this.corners = [...this.corners, place];
    this.acc = [...this.acc, DRAWN_ACC_M];
    await this.changed();
  }

  async undo(): Promise<void> {
    this.corners = this.corners.slice(0, -1);
    this.acc = this.acc.slice(0, -1);
    await this.changed();
  }

  async save(id: string): Promise<void> {
    const shape = this.shape;
    if (shape === null || !this.complete) return;
    await this.call<'edit_incident'>({ do: 'edit_incident', id, incident: { shape } });
    await this.call<'drop_draft'>({ do: 'drop_draft', key: this.key });
  }

  private async changed(): Promise<void> {
    const value: Kept = { kind: this.kind, way: this.way, corners: this.corners, acc_m: this.acc };
    await this.call<'save_draft'>({ do: 'save_draft', key: this.key, value });
    await this.measure();
  }

  private async measure(): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    const shape = this.shape;
    const measured =
      shape === null || !this.complete ? null : await this.call<'measure'>({ do: 'measure', shape });
    if (mine === this.asked) this.measured = measured;
  }
}

/** Near enough to tell two corners apart; sizes come from the core. */
export function apartM(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * EARTH_M;
}
