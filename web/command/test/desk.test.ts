import { describe, expect, it } from 'vitest';
import type { Unit } from '../src/api/types.ts';
import { csvText } from '../src/state/csv.ts';
import { commandOf } from '../src/state/keys.ts';
import { unitRows, unitsUnder } from '../src/state/units.ts';

const unit = (id: string, parent: string | null): Unit => ({
  id,
  parent,
  level: 'station',
  names: { zh: id },
  officers_out: 0,
});

describe('unit tree', () => {
  const units = [unit('league', 'hidden'), unit('a', 'league'), unit('b', 'league'), unit('a1', 'a')];

  it('puts children under parents; a unit whose parent is hidden is a root', () => {
    expect(unitRows(units).map((row) => `${row.depth} ${row.unit.id}`)).toEqual([
      '0 league',
      '1 a',
      '2 a1',
      '1 b',
    ]);
  });

  it('finds everything under a unit whatever the order', () => {
    expect([...unitsUnder([...units].reverse(), 'league')].sort()).toEqual(['a', 'a1', 'b', 'league']);
    expect([...unitsUnder(units, 'b')]).toEqual(['b']);
  });

  it('ends on a tree that bites its tail', () => {
    expect(unitRows([unit('x', 'y'), unit('y', 'x')])).toEqual([]);
    expect([...unitsUnder([unit('x', 'y'), unit('y', 'x')], 'x')].sort()).toEqual(['x', 'y']);
  });
});

describe('CSV', () => {
  it('is what a spreadsheet opens without running anything', () => {
    const text = csvText([
      ['名称', '里程'],
      ['=HYPERLINK("x")', '-1'],
      ['a,"b"\nc', '12.4 km'],
    ]);
    expect(text.startsWith('\uFEFF名称,里程\r\n')).toBe(true);
    expect(text).toContain(`"'=HYPERLINK(""x"")",'-1`);
    expect(text).toContain('"a,""b""\nc",12.4 km');
  });
});

describe('keys', () => {
  it('mean commands, alone or after g', () => {
    expect(commandOf('j', 5_000, 0)).toBe('next');
    expect(commandOf('?', 5_000, 0)).toBe('help');
    expect(commandOf('i', 5_000, 4_500)).toBe('incidents');
    expect(commandOf('i', 5_000, 1_000)).toBeNull();
    expect(commandOf('j', 5_000, 4_500)).toBeNull();
  });
});
