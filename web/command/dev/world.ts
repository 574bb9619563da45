// Development only: everything the mock server knows, made once and moved on by the live feed.

import type {
  Alert,
  Incident,
  IncidentDetail,
  LonLat,
  Patrol,
  Position,
  TrackFeature,
} from '../src/api/types.ts';
import { makeIncident } from './incidents.ts';
import { type MockPatrol, makePatrol, positionOf } from './patrols.ts';

const PATROLS = 42;
const INCIDENTS = 36;

export interface LiveEvent {
  id: number;
  name: string;
  data: unknown;
}

export class MockWorld {
  readonly patrols: MockPatrol[];
  readonly positions: Position[];
  readonly incidents: IncidentDetail[];
  readonly versions = new Map<string, number>();
  readonly events: LiveEvent[] = [];
  readonly alerts: Alert[] = [];
  private listeners = new Set<(event: LiveEvent) => void>();
  private made = INCIDENTS;

  constructor(now: number) {
    this.patrols = Array.from({ length: PATROLS }, (_, n) => makePatrol(n, now));
    const out = this.patrols.filter((patrol) => patrol.detail.state === 'out');
    this.positions = out.map((patrol, n) => positionOf(patrol, now, n));
    const places = this.patrols.map((patrol) => ({ id: patrol.detail.id, at: middle(patrol) }));
    this.incidents = Array.from({ length: INCIDENTS }, (_, n) => makeIncident(n, now, places));
  }

  listen(listener: (event: LiveEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(name: string, data: unknown): void {
    const event = { id: this.events.length + 1, name, data };
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  alert(alert: Alert): void {
    this.alerts.push(alert);
    this.emit('alert', alert);
  }

  /** Moves those whose positions are fresh one step on. */
  step(now: number): void {
    for (const position of this.positions) {
      if (now - Date.parse(position.at) > 5 * 60_000) continue;
      const patrol = this.patrols.find((one) => one.detail.id === position.patrol);
      const line = patrol?.track.findLast((one) => one.properties.kind === 'track');
      if (!patrol || !line || line.properties.kind !== 'track') continue;
      const heading = ((position.bearing_deg ?? 0) * Math.PI) / 180;
      position.lon += Math.sin(heading) * 0.0004;
      position.lat += Math.cos(heading) * 0.0003;
      position.bearing_deg = ((position.bearing_deg ?? 0) + 7) % 360;
      position.at = new Date(now).toISOString();
      position.known_at = position.at;
      position.age_ms = 0;
      line.geometry.coordinates.push([position.lon, position.lat]);
      line.properties.until = position.at;
      patrol.detail.last_known_at = position.at;
      this.emit('position', position);
      this.emit('track', {
        patrol: patrol.detail.id,
        segment: line.properties.segment,
        unit: patrol.detail.unit,
        transport: patrol.detail.transport,
        geojson: line,
      });
    }
  }

  /** A new incident arrives from the field. */
  arrive(now: number): IncidentDetail {
    const places = this.patrols.slice(0, 10).map((patrol) => ({ id: patrol.detail.id, at: middle(patrol) }));
    const made = makeIncident(this.made, now, places);
    this.made += 1;
    const at = new Date(now - 20_000).toISOString();
    const fresh = { ...made, occurred_at: at, known_at: new Date(now).toISOString(), unread: true };
    this.incidents.unshift(fresh);
    this.emit('incident', listItem(fresh));
    return fresh;
  }

  tracks(): TrackFeature[] {
    return this.patrols.flatMap((patrol) => patrol.track);
  }
}

function middle(patrol: MockPatrol): LonLat {
  const line = patrol.track[0]?.geometry.coordinates ?? [];
  const [lon = 116, lat = 43.9] = line[Math.floor(line.length / 2)] ?? [];
  return [lon, lat];
}

export function listItem(detail: IncidentDetail): Incident {
  const {
    narrative,
    geometry,
    offset,
    campaign,
    fields,
    evidence,
    triage,
    history,
    quarantine,
    newer,
    ...item
  } = detail;
  return item;
}

export function patrolItem(patrol: MockPatrol): Patrol {
  const { legs, notes, conflicts, ...item } = patrol.detail;
  return item;
}
