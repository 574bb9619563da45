// The map, free of any framework: takes records, tells what was clicked. Everything drawn goes through `setData`
// and `setSelection`, so a change of theme or language can rebuild the style and put the same things back. Of new
// data only what changed goes on to MapLibre (diff.ts): a live event then cuts a few tiles, not all of them.

import { isTraditional } from '@tala/shared/i18n/locales';
import { BASEMAP, baseNames, baseStyle, type NameKey } from '@tala/shared/map/base-style';
import { type Palette, readPalette } from '@tala/shared/map/palette';
import { fixedSigns } from '@tala/shared/map/sign-names';
import { drawSign, SIGN_RATIO } from '@tala/shared/map/signs';
import type { FeatureCollection } from 'geojson';
import {
  addProtocol,
  type FilterSpecification,
  type GeoJSONSource,
  type GeoJSONSourceSpecification,
  type MapGeoJSONFeature,
  Map as MapLibre,
  type MapMouseEvent,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import maplibreWorker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { Protocol } from 'pmtiles';
import { collectionDiff, isEmpty } from './diff.ts';
import { type Bounds, boundsOf, EMPTY } from './geojson.ts';
import { GroupButtons, type GroupWords } from './group-buttons.ts';
import type { Group, GroupSource } from './groups.ts';
import { type NamedPlace, NameMarkers } from './name-markers.ts';
import { GROUPED } from './point-layers.ts';
import {
  CLICKABLE,
  LAYER_GROUPS,
  type LayerGroup,
  lineLayers,
  SOURCES,
  type SourceName,
  signLayers,
} from './record-layers.ts';

export type Selected =
  | { kind: 'patrol'; id: string }
  | { kind: 'position'; id: string }
  | { kind: 'incident'; id: string }
  | { kind: 'zone'; id: string };

export interface MapEvents {
  select(selected: Selected | null): void;
  /** The first full drawing is on the screen. */
  ready(): void;
  /** Drawing, or nothing left to draw. */
  busy(busy: boolean): void;
}

export interface MapOptions {
  container: HTMLElement;
  bounds: Bounds | null;
  basemapUrl: string | null;
  nameKey: NameKey;
  /** Words for the map's own labels, read out by a screen reader. */
  label: string;
  groupWords: GroupWords;
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
  private readonly names: NameMarkers;
  private nameKey: NameKey;
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
    this.names = new NameMarkers(this.map);
    new GroupButtons(this.map, options.groupWords, (group) => void this.openGroup(group));
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right');
    this.map.on('styleimagemissing', (event) => this.addImage(event.id));
    this.map.on('style.load', () => this.restore());
    this.map.on('click', (event) => this.onClick(event));
    this.map.on('mousemove', (event) => this.onMove(event));
    this.map.on('idle', () => void this.names.show(this.traditionalNames()));
    this.map.once('idle', () => this.events.ready());
    this.map.on('render', () => this.events.busy(true));
    this.map.on('idle', () => this.events.busy(false));
  }

  /** Redraws in the theme now in force and with the names of another language. */
  restyle(nameKey: NameKey): void {
    this.nameKey = nameKey;
    this.palette = readPalette();
    this.styled = false;
    this.map.setStyle(this.style(), { diff: false });
  }

  setData(source: SourceName, data: FeatureCollection): void {
    const before = this.data.get(source);
    if (before === data) return;
    this.data.set(source, data);
    if (!this.styled) return;
    this.addImagesOf(data);
    const diff = before ? collectionDiff(before, data) : null;
    if (diff === null) void this.source(source)?.setData(data);
    else if (!isEmpty(diff)) void this.source(source)?.updateData(diff);
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

  destroy(): void {
    this.names.clear();
    this.map.remove();
  }

  private motionMs(): number {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150;
  }

  private style() {
    const nameField = `name_${this.nameKey}` as const;
    const options = { palette: this.palette, basemapUrl: this.basemapUrl, nameField };
    const style = baseStyle(options);
    for (const name of SOURCES) {
      const data = this.data.get(name) ?? EMPTY;
      style.sources[name] = { type: 'geojson', data, ...GROUPED[name] } satisfies GeoJSONSourceSpecification;
    }
    style.layers.push(...lineLayers(this.palette), ...baseNames(options), ...signLayers(this.palette));
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
    const found = this.found(event);
    if (found?.properties.cluster_id === undefined) this.events.select(found ? selectedBy(found) : null);
    else void this.openGroup(clicked(found));
  }

  private onMove(event: MapMouseEvent): void {
    this.map.getCanvas().style.cursor = this.found(event) ? 'pointer' : '';
  }

  private found(event: MapMouseEvent): MapGeoJSONFeature | null {
    if (!this.styled) return null;
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ];
    for (const layer of CLICKABLE) {
      const found = this.map.queryRenderedFeatures(near, { layers: [layer] })[0];
      if (found) return found;
    }
    return null;
  }

  /** Comes near enough that the group falls apart. */
  private async openGroup({ source, cluster, at }: Pick<Group, 'source' | 'cluster' | 'at'>): Promise<void> {
    const zoom = await this.source(source)?.getClusterExpansionZoom(cluster);
    if (zoom === undefined) return;
    this.map.easeTo({ center: at, zoom: Math.min(zoom, MAX_FIT_ZOOM), duration: this.motionMs() });
  }

  /** Names that this reader wants in the traditional script, of settlements and of zones. */
  private traditionalNames(): NamedPlace[] {
    const zones = (this.data.get('zones')?.features ?? []).flatMap((zone): NamedPlace[] => {
      const text = String(zone.properties?.mong ?? '');
      const box = boundsOf([zone.geometry]);
      if (!isTraditional(text) || box === null || this.map.getZoom() < Number(zone.properties?.from_zoom))
        return [];
      return [{ key: String(zone.id), text, at: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], rank: 9 }];
    });
    return [...zones, ...this.settlementNames()];
  }

  private settlementNames(): NamedPlace[] {
    if (!this.styled || this.nameKey !== 'mn' || this.basemapUrl === null) return [];
    const found = this.map.querySourceFeatures(BASEMAP, { sourceLayer: 'settlement' });
    return found.flatMap(({ geometry, properties }): NamedPlace[] => {
      const text = String(properties.name_mn ?? '');
      if (geometry.type !== 'Point' || !isTraditional(text)) return [];
      const [lon = 0, lat = 0] = geometry.coordinates;
      return [{ key: `s:${text}`, text, at: [lon, lat], rank: Number(properties.rank ?? 8) }];
    });
  }
}

/** A call for help stands for its patrol, where it has one. */
function selectedBy({ layer, properties }: MapGeoJSONFeature): Selected | null {
  switch (layer.id) {
    case 'track':
      return { kind: 'patrol', id: String(properties.patrol) };
    case 'alert':
      return properties.patrol ? { kind: 'patrol', id: String(properties.patrol) } : null;
    case 'position':
    case 'incident':
      return { kind: layer.id, id: String(properties.id) };
    case 'zone-hatch':
      return { kind: 'zone', id: String(properties.id) };
    default:
      return null;
  }
}

function clicked({
  source,
  properties,
  geometry,
}: MapGeoJSONFeature): Pick<Group, 'source' | 'cluster' | 'at'> {
  const [lon = 0, lat = 0] = geometry.type === 'Point' ? geometry.coordinates : [];
  return { source: source as GroupSource, cluster: Number(properties.cluster_id), at: [lon, lat] };
}
