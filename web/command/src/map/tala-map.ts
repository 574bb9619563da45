// The map, free of any framework: takes records, tells what was clicked. Everything drawn goes through `setData`
// and `setSelection`, so a change of theme or language can rebuild the style and put the same things back.

import type { FeatureCollection } from 'geojson';
import {
  addProtocol,
  type FilterSpecification,
  type GeoJSONSource,
  Map as MapLibre,
  type MapMouseEvent,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import maplibreWorker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { Protocol } from 'pmtiles';
import { baseNames, baseStyle } from './base-style.ts';
import { type Bounds, EMPTY } from './geojson.ts';
import { type Palette, readPalette } from './palette.ts';
import {
  CLICKABLE,
  LAYER_GROUPS,
  type LayerGroup,
  lineLayers,
  SOURCES,
  type SourceName,
  signLayers,
} from './record-layers.ts';
import { fixedSigns } from './sign-names.ts';
import { drawSign, SIGN_RATIO } from './signs.ts';

export type Selected =
  | { kind: 'patrol'; id: string }
  | { kind: 'position'; id: string }
  | { kind: 'incident'; id: string }
  | { kind: 'zone'; id: string };

export interface MapEvents {
  select(selected: Selected | null): void;
  /** The first full drawing is on the screen. */
  ready(): void;
}

export interface MapOptions {
  container: HTMLElement;
  bounds: Bounds | null;
  basemapUrl: string | null;
  nameKey: 'zh' | 'en';
  /** Words for the map's own labels, read out by a screen reader. */
  label: string;
  events: MapEvents;
}

/** Space kept free when showing a box, so that nothing hides under floating panels. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

const NO_INSETS: Insets = { top: 48, right: 48, bottom: 48, left: 48 };
const MAX_FIT_ZOOM = 14.5;

let prepared = false;

/** MapLibre 6 wants its worker named, from our own origin; forgetting it passes every check and draws nothing. */
function prepareOnce(): void {
  if (prepared) return;
  prepared = true;
  setWorkerUrl(maplibreWorker);
  addProtocol('pmtiles', new Protocol().tile);
}

export class TalaMap {
  private readonly map: MapLibre;
  private readonly events: MapEvents;
  private readonly basemapUrl: string | null;
  private readonly data = new Map<SourceName, FeatureCollection>();
  private readonly hidden = new Set<LayerGroup>();
  private palette: Palette = readPalette();
  private nameKey: 'zh' | 'en';
  private selected: Selected | null = null;
  private styled = false;

  constructor(options: MapOptions) {
    prepareOnce();
    this.events = options.events;
    this.basemapUrl = options.basemapUrl;
    this.nameKey = options.nameKey;
    this.map = new MapLibre({
      container: options.container,
      style: this.style(),
      ...(options.bounds ? { bounds: options.bounds } : {}),
      fitBoundsOptions: { padding: NO_INSETS, maxZoom: MAX_FIT_ZOOM },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      locale: { 'Map.Title': options.label },
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right');
    this.map.on('styleimagemissing', (event) => this.addImage(event.id));
    this.map.on('style.load', () => this.restore());
    this.map.on('click', (event) => this.onClick(event));
    this.map.on('mousemove', (event) => this.onMove(event));
    this.map.once('idle', () => this.events.ready());
  }

  /** Redraws in the theme now in force and with the names of another language. */
  restyle(nameKey: 'zh' | 'en'): void {
    this.nameKey = nameKey;
    this.palette = readPalette();
    this.styled = false;
    this.map.setStyle(this.style(), { diff: false });
  }

  setData(source: SourceName, data: FeatureCollection): void {
    this.data.set(source, data);
    if (!this.styled) return;
    this.addImagesOf(data);
    this.source(source)?.setData(data);
  }

  setSelection(selected: Selected | null): void {
    this.selected = selected;
    if (this.styled) this.applySelection();
  }

  setVisible(group: LayerGroup, visible: boolean): void {
    if (visible) this.hidden.delete(group);
    else this.hidden.add(group);
    if (this.styled) this.applyVisibility(group);
  }

  /** Shows a box. Jumps when the reader asked for less motion. */
  fit(bounds: Bounds, insets: Partial<Insets> = {}, maxZoom = MAX_FIT_ZOOM): void {
    const padding = { ...NO_INSETS, ...insets };
    this.map.fitBounds(bounds, { padding, maxZoom, duration: this.motionMs() });
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: this.motionMs() });
  }

  resize(): void {
    this.map.resize();
  }

  destroy(): void {
    this.map.remove();
  }

  private motionMs(): number {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150;
  }

  private style() {
    const nameField = this.nameKey === 'en' ? 'name_en' : 'name_zh';
    const options = { palette: this.palette, basemapUrl: this.basemapUrl, nameField } as const;
    const style = baseStyle(options);
    for (const name of SOURCES) {
      style.sources[name] = { type: 'geojson', data: this.data.get(name) ?? EMPTY };
    }
    style.layers.push(
      ...lineLayers(this.palette),
      ...baseNames(options),
      ...signLayers(this.palette, this.nameKey),
    );
    return style;
  }

  private restore(): void {
    this.styled = true;
    for (const name of fixedSigns()) this.addImage(name);
    for (const [name, data] of this.data) {
      this.addImagesOf(data);
      this.source(name)?.setData(data);
    }
    for (const group of Object.keys(LAYER_GROUPS)) this.applyVisibility(group as LayerGroup);
    this.applySelection();
  }

  private source(name: SourceName): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name);
  }

  /** Images stand ready before the data that names them; the event for a missing one is only the safety net. */
  private addImagesOf(data: FeatureCollection): void {
    for (const feature of data.features) {
      const name: unknown = feature.properties?.image;
      if (typeof name === 'string') this.addImage(name);
    }
  }

  private addImage(name: string): void {
    if (this.map.hasImage(name)) return;
    const image = drawSign(name, this.palette);
    if (image) this.map.addImage(name, image, { pixelRatio: SIGN_RATIO });
  }

  private applyVisibility(group: LayerGroup): void {
    const visibility = this.hidden.has(group) ? 'none' : 'visible';
    for (const layer of LAYER_GROUPS[group]) {
      if (this.map.getLayer(layer)) this.map.setLayoutProperty(layer, 'visibility', visibility);
    }
  }

  private applySelection(): void {
    const id = (kind: Selected['kind']) => (this.selected?.kind === kind ? this.selected.id : '');
    this.map.setFilter('track-halo', ['==', ['get', 'patrol'], id('patrol')]);
    const alone = ['==', ['get', 'id'], id('position')];
    const ofPatrol = ['==', ['get', 'patrol'], id('patrol') || '-'];
    this.map.setFilter('position-halo', ['any', alone, ofPatrol] as unknown as FilterSpecification);
    this.map.setFilter('incident-halo', ['==', ['get', 'id'], id('incident')]);
    this.map.setFilter('zone-halo', ['==', ['get', 'id'], id('zone')]);
  }

  private onClick(event: MapMouseEvent): void {
    this.events.select(this.at(event));
  }

  private onMove(event: MapMouseEvent): void {
    this.map.getCanvas().style.cursor = this.at(event) === null ? '' : 'pointer';
  }

  private at(event: MapMouseEvent): Selected | null {
    if (!this.styled) return null;
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ];
    for (const layer of CLICKABLE) {
      const found = this.map.queryRenderedFeatures(near, { layers: [layer] })[0];
      if (!found) continue;
      if (layer === 'track') return { kind: 'patrol', id: String(found.properties.patrol) };
      const kind = layer === 'zone-hatch' ? 'zone' : layer;
      return { kind, id: String(found.properties.id) };
    }
    return null;
  }
}
