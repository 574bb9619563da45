// The report in three taps, and what a kill between them leaves.

import { describe, expect, it } from 'vitest';
import { type At, CoreError, type IncidentLine } from '../src/core/field-core.ts';
import { alreadySaved, draftKey, type ReportDraft, reportDrafts } from '../src/state/report-draft.ts';
import { finishReports } from '../src/state/report-finish.ts';
import { ReportFlow } from '../src/state/report-flow.svelte.ts';
import { StubCore } from './stub-core.ts';

const HERE: At = { lat: 43.95, lon: 116.07, acc_m: 5, time_ms: 1_000 };
const PHOTO = new Blob([new Uint8Array(700_000)], { type: 'image/jpeg' });

function saving(): StubCore {
  return new StubCore({ report: () => 'aa11' });
}

function flowOn(core: StubCore): ReportFlow {
  let now = 1_000_000;
  return new ReportFlow(core.call, 'd1', () => {
    now += 1_000;
    return now;
  });
}

describe('a report', () => {
  it('is saved with its photo by three acts of the officer', async () => {
    const core = saving();
    const flow = flowOn(core);
    const taps = [
      () => flow.choose('grazing_ban', Promise.resolve(HERE)),
      () => flow.shoot(PHOTO),
      () => flow.save(),
    ];
    for (const tap of taps) await tap();
    expect([taps.length, flow.step]).toEqual([3, 'saved']);
    await flow.rest;
    expect(core.verbs()).toEqual(['put_file', 'put_bytes', 'put_bytes', 'report', 'attach']);
    const report = core.asked.find((one) => one.do === 'report');
    expect(report).toMatchObject({
      incident: {
        category: 'grazing_ban',
        occurred_ms: 1_001_000,
        shape: { kind: 'point', corners: [{ lat: 43.95, lon: 116.07 }], acc_m: [5] },
      },
    });
    expect(core.drafts.size).toBe(0);
  });

  it('is a draft with time and place from the first tap on', async () => {
    const core = saving();
    await flowOn(core).choose('fire', Promise.resolve(HERE));
    await Promise.resolve();
    const [left] = reportDrafts(await core.call<'drafts'>({ do: 'drafts' }));
    expect(left?.draft).toMatchObject({ category: 'fire', occurred_ms: 1_001_000, place: HERE });
  });

  it('does not wait for the satellites, and writes the place when it comes', async () => {
    const core = saving();
    const flow = flowOn(core);
    let placed: (at: At) => void = () => undefined;
    await flow.choose('fire', new Promise((resolve) => (placed = resolve)));
    await flow.save();
    expect(core.asked.find((one) => one.do === 'report')).toMatchObject({ incident: { shape: null } });
    placed(HERE);
    await flow.rest;
    expect(core.verbs()).toEqual(['report', 'edit_incident']);
    expect(core.asked.find((one) => one.do === 'edit_incident')).toMatchObject({
      id: 'aa11',
      incident: { shape: { corners: [{ lat: 43.95, lon: 116.07 }] } },
    });
  });

  it('stays a draft with its photos when the store refuses it', async () => {
    const core = new StubCore({
      report: () => {
        throw new CoreError('store', 'disk');
      },
    });
    const flow = flowOn(core);
    await flow.choose('fire', Promise.resolve(HERE));
    await flow.shoot(PHOTO);
    await expect(flow.save()).rejects.toMatchObject({ code: 'store' });
    expect(flow.step).toBe('camera');
    expect((core.drafts.get(draftKey('d1')) as ReportDraft).shots).toHaveLength(1);
  });

  it('keeps in the draft the photos that could not be attached', async () => {
    let attached = 0;
    const core = new StubCore({
      report: () => 'aa11',
      attach: () => {
        attached += 1;
        if (attached > 1) throw new CoreError('file', 'disk');
        return 'hash';
      },
    });
    const flow = flowOn(core);
    await flow.choose('fire', Promise.resolve(HERE));
    await flow.shoot(PHOTO);
    await flow.shoot(PHOTO);
    await flow.save();
    await expect(flow.rest).rejects.toMatchObject({ code: 'file' });
    const left = core.drafts.get(draftKey('d1')) as ReportDraft;
    expect([left.incident, left.shots.map((one) => one.token)]).toEqual(['aa11', ['t2']]);
  });

  it('is called saved only when its photo is stored', async () => {
    let stored: (answer: { size: number }) => void = () => undefined;
    const core = new StubCore({
      report: () => 'aa11',
      put_bytes: () => new Promise((resolve) => (stored = resolve)),
    });
    const flow = flowOn(core);
    await flow.choose('fire', Promise.resolve(HERE));
    const shot = flow.shoot(new Blob([new Uint8Array(9)], { type: 'image/jpeg' }));
    const saved = flow.save();
    while (!core.verbs().includes('report') || !core.verbs().includes('put_bytes')) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(flow.step).toBe('saving');
    stored({ size: 9 });
    await Promise.all([shot, saved]);
    expect((core.drafts.get(draftKey('d1')) as ReportDraft).shots).toHaveLength(1);
    await flow.rest;
    expect(core.verbs()).toContain('attach');
  });

  it('killed before its photo was attached is finished when the app opens', async () => {
    const shot = { token: 't9', media_type: 'image/jpeg', taken_ms: 8, place: null };
    const draft: ReportDraft = {
      category: 'fire',
      occurred_ms: 7,
      place: HERE,
      shots: [shot],
      incident: 'cc33',
    };
    const lines = [{ id: 'cc33', own: true, occurred_ms: 7, category: 'fire', place: null } as IncidentLine];
    const core = new StubCore({ incidents: () => lines });
    core.drafts.set(draftKey('d1'), draft);
    core.drafts.set(draftKey('d2'), { ...draft, occurred_ms: 9, incident: null });
    core.drafts.set(draftKey('d3'), draft);
    expect(await finishReports(core.call, 'd3')).toBe(1);
    expect(core.verbs()).toEqual(['drafts', 'incidents', 'edit_incident', 'attach']);
    expect(core.asked.find((one) => one.do === 'attach')).toMatchObject({ incident: 'cc33', token: 't9' });
    expect([...core.drafts.keys()]).toEqual([draftKey('d2'), draftKey('d3')]);
  });

  it('killed after the save and before the note of it is not saved twice', async () => {
    const draft: ReportDraft = { category: 'fire', occurred_ms: 7, place: HERE, shots: [], incident: null };
    const saved = { id: 'bb22', own: true, occurred_ms: 7, category: 'fire' } as IncidentLine;
    const core = new StubCore({ incidents: () => [saved] });
    const flow = flowOn(core);
    flow.resume(draft);
    expect(await flow.save()).toBe('bb22');
    await flow.rest;
    expect(core.verbs()).toEqual(['incidents']);
    expect(alreadySaved(draft, [{ ...saved, own: false }])).toBeNull();
  });
});
