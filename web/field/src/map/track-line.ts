// The own track as pieces that a map takes one by one. A day is 28,800 places: drawing them anew every second would
// cost the frame rate, so only the piece that grows is handed over.

import type { Feature, LineString, Position } from 'geojson';
import type { Recording, TrackPart } from '../core/field-core.ts';

/** Places of one piece. */
export const PIECE = 512;
/** More new fixes than this at once, and what lies between must be asked for. */
const JUMP_MAX = 3;

/** What a GeoJSON source is to do: the shape of MapLibre's own difference. */
export interface LineDiff {
  add: Feature<LineString>[];
  update: { id: string; newGeometry: LineString }[];
}

export class TrackLine {
  private pieces: { id: string; kind: 'track' | 'gap'; places: Position[]; sent: number }[] = [];
  private fixes = 0;
  private gaps = 0;
  patrol: string | null = null;

  /** Takes a whole track. Everything must be handed over after it. */
  load(patrol: string, parts: readonly TrackPart[], recording: Recording | null): void {
    this.patrol = patrol;
    this.pieces = [];
    this.fixes = recording?.fixes ?? 0;
    this.gaps = recording?.gaps ?? 0;
    for (const { lat_e7, lon_e7 } of parts) {
      if (lat_e7.length === 0) continue;
      const places = lat_e7.map((lat, at): Position => [(lon_e7[at] ?? 0) / 1e7, lat / 1e7]);
      this.bridge(places[0]);
      this.begin('track');
      for (const place of places) this.grow(place);
    }
  }

  /** Follows the recorder. False when it went on further than one can see from here: load the track anew. */
  follow(recording: Recording): boolean {
    const { last, fixes, gaps, patrol } = recording;
    if (patrol !== this.patrol || gaps !== this.gaps || fixes < this.fixes) return false;
    const more = fixes - this.fixes;
    if (more > JUMP_MAX) return false;
    if (more === 0 || last === null) return true;
    if (this.pieces.length === 0) this.begin('track');
    this.grow([last.lon, last.lat]);
    this.fixes = fixes;
    return true;
  }

  /** Everything, for a source that has nothing. */
  all(): Feature<LineString>[] {
    const drawn = this.pieces.filter(({ places }) => places.length > 1);
    for (const piece of drawn) piece.sent = piece.places.length;
    return drawn.map(feature);
  }

  /** What was not handed over yet. */
  take(): LineDiff {
    const diff: LineDiff = { add: [], update: [] };
    // Only the last two pieces can have grown since the last time, but a longer pause costs nothing to look for.
    for (const piece of this.pieces) {
      if (piece.sent === piece.places.length || piece.places.length < 2) continue;
      if (piece.sent === 0) diff.add.push(feature(piece));
      else diff.update.push({ id: piece.id, newGeometry: feature(piece).geometry });
      piece.sent = piece.places.length;
    }
    return diff;
  }

  /** The dashed line over what was not recorded. */
  private bridge(to: Position | undefined): void {
    const from = this.pieces.at(-1)?.places.at(-1);
    if (from === undefined || to === undefined) return;
    this.begin('gap');
    this.pieces.at(-1)?.places.push(from, to);
  }

  private grow(place: Position): void {
    const piece = this.pieces.at(-1);
    if (piece === undefined) return;
    piece.places.push(place);
    if (piece.places.length < PIECE) return;
    // The next piece begins where this one ends, so that the line has no break.
    this.begin('track');
    this.pieces.at(-1)?.places.push(place);
  }

  private begin(kind: 'track' | 'gap'): void {
    this.pieces.push({ id: `${kind}:${this.pieces.length}`, kind, places: [], sent: 0 });
  }
}

function feature(piece: { id: string; kind: string; places: Position[] }): Feature<LineString> {
  return {
    type: 'Feature',
    id: piece.id,
    // A copy: MapLibre keeps what it was given, and the last piece grows on.
    geometry: { type: 'LineString', coordinates: piece.places.slice() },
    properties: { kind: piece.kind },
  };
}
