// The only code of the officer's app that knows MapLibre: takes what is to be drawn, tells where was tapped.

import { baseNames, baseStyle, type NameKey } from '@tala/shared/map/base-style';
import { type Palette, readPalette } from '@tala/shared/map/palette';
import { fixedSigns } from '@tala/shared/map/sign-names';
import { drawSign, SIGN_RATIO } from '@tala/shared/map/signs';
import type { FeatureCollection } from 'geojson';
import {
  addProtocol,
  type GeoJSONSource,
  Map as MapLibre,
  type MapMouseEvent,
  ScaleControl,
  type StyleSpecification,
  setWorkerUrl,
} from 'maplibre-gl';
import maplibreWorker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { PMTiles, Protocol, type Source } from 'pmtiles';
import type { At, Place } from '../core/field-core.ts';
import { type Box, EMPTY } from './features.ts';
import { gridLines } from './grid.ts';
import { groundLayers, SOURCES, type SourceName, signLayers } from './layers.ts';
import { KEY } from './tiles/block-source.ts';
import type { LineDiff, TrackLine } from './track-line.ts';

export interface ViewEvents {
  ready(): void;
  /** The officer moved the map: it no longer follows. */
  dragged(): void;
  /** Bearing in degrees, 0 when north is up. */
  turned(bearing: number): void;
  tapped(place: Place, incident: string | null): void;
}

export interface ViewOptions {
  container: HTMLElement;
  archive: Source | null;
  nameKey: NameKey;
  transport: string;
  label: string;
  /** Whether it answers to fingers at all. */
  interactive: boolean;
  start: { center: [number, number]; zoom: number };
  events: ViewEvents;
}

/** A glove is this wide, px. */
const FINGER_PX = 22;
const FOLLOW_ZOOM = 12.8;
const FIT_ZOOM_MAX = 16;

let protocol: Protocol | null = null;

/** MapLibre 6 wants its worker named, from our own origin. */
function prepared(): Protocol {
  if (protocol === null) {
    setWorkerUrl(maplibreWorker);
    protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
  }
  return protocol;
}

export class FieldView {
  private readonly map: MapLibre;
  private readonly data = new Map<SourceName, FeatureCollection>();
  private palette: Palette = readPalette();
  private track: TrackLine | null = null;
  private styled = false;

  constructor(private readonly options: ViewOptions) {
    if (options.archive) prepared().add(new PMTiles(options.archive));
    else prepared();
    this.map = new MapLibre({
      container: options.container,
      style: this.style(),
      center: options.start.center,
      zoom: options.start.zoom,
      minZoom: 4,
      maxZoom: 19,
      attributionControl: false,
      pitchWithRotate: false,
      maxPitch: 0,
      interactive: options.interactive,
      locale: { 'Map.Title': options.label },
      fadeDuration: 0,
    });
    if (options.interactive) this.map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-left');
    this.listen(options.events);
  }

  setData(name: SourceName, data: FeatureCollection): void {
    this.data.set(name, data);
    if (!this.styled) return;
    this.addImagesOf(data);
    void this.source(name)?.setData(data);
  }

  /** Draws a track whole; later calls of `growTrack` hand over only what is new. */
  setTrack(track: TrackLine | null): void {
    this.track = track;
    if (this.styled) void this.source('track')?.setData(collection(track));
  }

  growTrack(diff: LineDiff): void {
    if (!this.styled || diff.add.length + diff.update.length === 0) return;
    void this.source('track')?.updateData(diff);
  }

  setOwn(at: At | null): void {
    this.setData('own', at === null ? EMPTY : ownPlace(at));
  }

  /** Keeps the place in the middle; comes nearer only from far away. */
  follow({ lat, lon }: Place, jump = false): void {
    const zoom = Math.max(this.map.getZoom(), FOLLOW_ZOOM);
    this.map.easeTo({ center: [lon, lat], zoom, duration: jump ? 0 : motionMs() });
  }

  fit(box: Box): void {
    this.map.fitBounds(box, { padding: 40, maxZoom: FIT_ZOOM_MAX, duration: motionMs() });
  }

  northUp(): void {
    this.map.easeTo({ bearing: 0, duration: motionMs() });
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: motionMs() });
  }

  /** Draws anew in the theme now in force. */
  restyle(): void {
    this.palette = readPalette();
    this.styled = false;
    this.map.setStyle(this.style(), { diff: false });
  }

  destroy(): void {
    this.map.remove();
  }

  private listen(events: ViewEvents): void {
    const { map } = this;
    map.on('styleimagemissing', ({ id }) => this.addImage(id));
    map.on('style.load', () => this.restore());
    map.on('moveend', () => this.drawGrid());
    map.on('dragstart', () => events.dragged());
    map.on('rotate', () => events.turned(map.getBearing()));
    map.on('click', (event) => events.tapped(placeOf(event), this.incidentAt(event)));
    // Not `idle`: a recording that goes on every second may never let a slow phone come to rest.
    map.once('load', () => events.ready());
    // A tile that neither the phone nor the network has is no fault of the page: paper shows through.
    map.on('error', () => undefined);
  }

  private style(): StyleSpecification {
    const { archive, nameKey, transport } = this.options;
    const basemapUrl = archive === null ? null : KEY;
    const base = { palette: this.palette, basemapUrl, nameField: `name_${nameKey}` as const };
    const style = baseStyle(base);
    for (const name of SOURCES) {
      const data = name === 'track' ? collection(this.track) : (this.data.get(name) ?? EMPTY);
      style.sources[name] = { type: 'geojson', data };
    }
    style.layers.push(
      ...groundLayers(this.palette),
      ...baseNames(base),
      ...signLayers(this.palette, transport),
    );
    return style;
  }

  private restore(): void {
    this.styled = true;
    for (const name of fixedSigns()) this.addImage(name);
    for (const [name, data] of this.data) {
      this.addImagesOf(data);
      void this.source(name)?.setData(data);
    }
    void this.source('track')?.setData(collection(this.track));
    this.drawGrid();
  }

  private drawGrid(): void {
    const bounds = this.map.getBounds();
    const view = {
      west: bounds.getWest(),
      south: bounds.getSouth(),
      east: bounds.getEast(),
      north: bounds.getNorth(),
    };
    if (this.styled) void this.source('grid')?.setData(gridLines(view));
  }

  private source(name: SourceName): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name);
  }

  private addImagesOf(data: FeatureCollection): void {
    for (const { properties } of data.features) {
      const name: unknown = properties?.image;
      if (typeof name === 'string') this.addImage(name);
    }
  }

  private addImage(name: string): void {
    if (this.map.hasImage(name)) return;
    const image = drawSign(name, this.palette);
    if (image) this.map.addImage(name, image, { pixelRatio: SIGN_RATIO });
  }

  private incidentAt({ point: { x, y } }: MapMouseEvent): string | null {
    if (!this.styled) return null;
    const near: [[number, number], [number, number]] = [
      [x - FINGER_PX, y - FINGER_PX],
      [x + FINGER_PX, y + FINGER_PX],
    ];
    const found = this.map.queryRenderedFeatures(near, { layers: ['incident'] })[0];
    const id: unknown = found?.properties.id;
    return typeof id === 'string' ? id : null;
  }
}

function collection(track: TrackLine | null): FeatureCollection {
  return { type: 'FeatureCollection', features: track?.all() ?? [] };
}

function ownPlace(at: At): FeatureCollection {
  const metresAPixel = (40_075_016 * Math.cos((at.lat * Math.PI) / 180)) / 512 / 2 ** 22;
  const properties = { acc_px: (at.acc_m ?? 0) / metresAPixel };
  const geometry = { type: 'Point' as const, coordinates: [at.lon, at.lat] };
  return { type: 'FeatureCollection', features: [{ type: 'Feature', id: 'own', geometry, properties }] };
}

function placeOf({ lngLat }: MapMouseEvent): Place {
  return { lat: lngLat.lat, lon: lngLat.lng };
}

function motionMs(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150;
}
