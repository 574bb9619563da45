// The hand-over page of the fake core, counted from its records as the real one counts from its envelopes.

import type { HandOver, LaneLine, RecordLine } from '../field-core.ts';
import type { World } from './world.ts';

const ENVELOPE_BYTES = 640;
const FILE_BYTES = 1_800_000;

export function handOver(world: World): HandOver {
  const records = [
    ...world.patrols.map(patrolRecord),
    ...world.incidents.filter(({ own }) => own).map(incidentRecord),
  ];
  const waiting = records.filter((one) => one.whereabouts !== 'at_centre');
  const files = waiting.reduce((sum, one) => sum + one.files - one.files_safe, 0);
  const lane = (name: LaneLine['lane'], envelopes: number, each = ENVELOPE_BYTES): LaneLine => ({
    lane: name,
    envelopes,
    bytes: envelopes * each,
  });
  const sum = (kind: RecordLine['kind']) =>
    waiting
      .filter((one) => one.kind === kind)
      .reduce((total, one) => total + one.envelopes - one.envelopes_safe, 0);
  return {
    records,
    lanes: [
      lane('urgent', world.sos.filter((call) => !call.at_centre).length),
      lane('record', sum('incident')),
      lane('media', files, FILE_BYTES),
      lane('track', sum('patrol'), 9_000),
    ],
    files_waiting: files,
    file_bytes_waiting: files * FILE_BYTES,
    files_lost: 0,
    synced_ms: world.synced_ms,
    unproved: waiting.length > 0 || world.drafts.size > 0,
    alarm: null,
  };
}

function patrolRecord({ line, recording }: World['patrols'][number]): RecordLine {
  const envelopes = Math.max(1, Math.ceil(recording.fixes / 300));
  const safe = line.whereabouts === 'at_centre' ? envelopes : Math.floor(envelopes * 0.7);
  return {
    id: line.id,
    kind: 'patrol',
    title: line.title,
    own: line.own,
    whereabouts: line.whereabouts,
    envelopes,
    envelopes_safe: safe,
    quarantined: 0,
    unsealed: recording.state === 'ended' ? 0 : recording.unsealed,
    files: 0,
    files_safe: 0,
  };
}

function incidentRecord({ page, own }: World['incidents'][number]): RecordLine {
  const safe = page.whereabouts === 'at_centre';
  const refused = page.whereabouts === 'refused';
  return {
    id: page.id,
    kind: 'incident',
    title: page.title,
    own,
    whereabouts: page.whereabouts,
    envelopes: 3,
    envelopes_safe: safe ? 3 : refused ? 2 : 0,
    quarantined: refused ? 1 : 0,
    unsealed: 0,
    files: page.files.length,
    files_safe: safe ? page.files.length : 0,
  };
}
