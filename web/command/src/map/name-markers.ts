// Names in the traditional Mongolian script. MapLibre draws it letter by letter and lying down, so these few names
// are elements of the page, set downwards. Only what is in view and does not collide is made, and kept while it is.

import { type Map as MapLibre, Marker } from 'maplibre-gl';

export interface NamedPlace {
  key: string;
  text: string;
  at: [number, number];
  /** Lower is more important and is placed first. */
  rank: number;
}

const MOST = 60;
const FONT = '14px "Noto Sans Mongolian"';
/** Room taken by a name: its column, and so much a letter downwards. */
const COLUMN_PX = 22;
const LETTER_PX = 9;

export class NameMarkers {
  private readonly map: MapLibre;
  private readonly made = new Map<string, Marker>();
  private fontReady: Promise<unknown> | null = null;

  constructor(map: MapLibre) {
    this.map = map;
  }

  /** Shows those of `places` that are in view; takes every other away. */
  async show(places: readonly NamedPlace[]): Promise<void> {
    if (places.length > 0) {
      this.fontReady ??= document.fonts.load(FONT, '\u182e').catch(() => undefined);
      await this.fontReady;
    }
    const kept = this.fitting(places);
    for (const [key, marker] of this.made) {
      if (kept.has(key)) continue;
      marker.remove();
      this.made.delete(key);
    }
    for (const place of kept.values())
      if (!this.made.has(place.key)) this.made.set(place.key, this.make(place));
  }

  clear(): void {
    for (const marker of this.made.values()) marker.remove();
    this.made.clear();
  }

  private make({ text, at }: NamedPlace): Marker {
    const element = document.createElement('span');
    element.className = 'mongolian-name';
    element.lang = 'mn-Mong';
    element.textContent = text;
    return new Marker({ element, anchor: 'top-left', offset: [6, -6] }).setLngLat(at).addTo(this.map);
  }

  private fitting(places: readonly NamedPlace[]): Map<string, NamedPlace> {
    const bounds = this.map.getBounds();
    const taken: [number, number, number, number][] = [];
    const kept = new Map<string, NamedPlace>();
    for (const place of [...places].sort((a, b) => a.rank - b.rank)) {
      if (kept.size >= MOST) break;
      if (kept.has(place.key) || !bounds.contains(place.at)) continue;
      const { x, y } = this.map.project(place.at);
      const box: [number, number, number, number] = [x, y, x + COLUMN_PX, y + place.text.length * LETTER_PX];
      if (taken.some((other) => meet(other, box))) continue;
      taken.push(box);
      kept.set(place.key, place);
    }
    return kept;
  }
}

function meet(a: readonly number[], b: readonly number[]): boolean {
  const [aw = 0, an = 0, ae = 0, as_ = 0] = a;
  const [bw = 0, bn = 0, be = 0, bs = 0] = b;
  return aw < be && bw < ae && an < bs && bn < as_;
}
