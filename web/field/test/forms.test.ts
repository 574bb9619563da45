// Forms that outlive a kill: setting out, editing, a shape in the making.

import { describe, expect, it, vi } from 'vitest';
import type { IncidentPage, PlanLine } from '../src/core/field-core.ts';
import { IncidentEdit } from '../src/state/incident-edit.svelte.ts';
import { apartM, ShapeBuilder } from '../src/state/shape-builder.svelte.ts';
import { StartForm } from '../src/state/start-form.svelte.ts';
import { StubCore } from './stub-core.ts';

const PLAN = { id: 'plan1', campaign: 'camp1' } as PlanLine;
const SAVED = { id: 'i', category: 'fire', title: 'Smoke', narrative: null, severity: 'low', heads: [] };
const at = (lat: number, lon: number) => ({ lat, lon, acc_m: 6, time_ms: 0 });

describe('setting out', () => {
  it('asks for nothing but the transport', async () => {
    const form = new StartForm(new StubCore().call);
    await form.load(null);
    expect(form.patrol([], 0)).toBeNull();
    await form.set({ transport: 'horse' });
    expect(form.patrol([], 0)).toMatchObject({ transport: 'horse', declared_return_ms: 4 * 3_600_000 });
  });

  it('takes the campaign of its plan', async () => {
    const form = new StartForm(new StubCore().call);
    await form.load('foot');
    await form.set({ plan: 'plan1', back: 'none', purpose: '  ' });
    const wanted = { plan: 'plan1', campaign: 'camp1', purpose: null, declared_return_ms: null };
    expect(form.patrol([PLAN], 0)).toMatchObject(wanted);
  });

  it('survives a kill while it is filled in, and is gone once the patrol runs', async () => {
    const core = new StubCore();
    const first = new StartForm(core.call);
    await first.set({ transport: 'foot' });
    await first.toggleMember('Bat');
    const second = new StartForm(core.call);
    await second.load('horse');
    expect(second.now).toMatchObject({ transport: 'foot', team: ['Bat'] });
    await second.toggleMember('Bat');
    expect(second.now.team).toEqual([]);
    await second.done();
    expect(core.drafts.size).toBe(0);
  });
});

describe('editing an incident', () => {
  const saved = SAVED as unknown as IncidentPage;

  it('writes what was changed and nothing else', async () => {
    const core = new StubCore();
    const edit = new IncidentEdit(core.call, 'i');
    edit.set({ title: 'Fire' }, saved);
    edit.set({ severity: 'high' }, saved);
    edit.set({ severity: 'low' }, saved);
    await edit.save();
    const written = core.asked.filter((one) => one.do === 'edit_incident');
    expect(written).toEqual([{ do: 'edit_incident', id: 'i', incident: { title: 'Fire' } }]);
    expect(edit.dirty).toBe(false);
  });

  it('keeps a half-written line through a kill', async () => {
    vi.useFakeTimers();
    const core = new StubCore();
    new IncidentEdit(core.call, 'i').set({ narrative: 'two riders' }, saved);
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    const again = new IncidentEdit(core.call, 'i');
    await again.load();
    expect(again.edits).toEqual({ narrative: 'two riders' });
  });
});

describe('a shape in the making', () => {
  const core = () =>
    new StubCore({ measure: () => ({ area_m2: { value: 13_340, error_95: 1_000 }, length_m: null }) });

  it('is measured from the third corner on', async () => {
    const stub = core();
    const builder = new ShapeBuilder(stub.call, 'i');
    await builder.walked(at(44, 116));
    await builder.walked(at(44.001, 116));
    expect([builder.complete, builder.measured]).toEqual([false, null]);
    await builder.walked(at(44.001, 116.001));
    expect(builder.measured?.area_m2?.error_95).toBe(1_000);
    expect(builder.shape).toMatchObject({ kind: 'polygon', source: 'gnss', acc_m: [6, 6, 6] });
    await builder.undo();
    expect(builder.measured).toBeNull();
  });

  it('takes standing still for one corner', async () => {
    const builder = new ShapeBuilder(core().call, 'i');
    expect(await builder.walked(at(44, 116))).toBe(true);
    expect(await builder.walked(at(44.00001, 116))).toBe(false);
    expect(Math.round(apartM(at(44, 116), at(44.001, 116)))).toBe(111);
  });

  it('never mixes walked and drawn corners, and survives a kill', async () => {
    const stub = core();
    const builder = new ShapeBuilder(stub.call, 'i');
    await builder.walked(at(44, 116));
    await builder.setWay('draw');
    expect(builder.corners).toEqual([]);
    for (const lon of [116, 116.001, 116.002]) await builder.drawn({ lat: 44 + (lon - 116), lon });
    const again = new ShapeBuilder(stub.call, 'i');
    await again.load();
    expect(again.shape).toMatchObject({ source: 'drawn', corners: builder.corners });
    await again.save('i');
    expect(stub.drafts.size).toBe(0);
  });
});
