import { describe, expect, it } from 'vitest';
import { groupWords } from '../src/map/group-words.ts';
import { closestTo, groupsInView, stepTo } from '../src/map/groups.ts';

const drawn = (cluster_id: number, at: [number, number], source = 'incidents') => ({
  source,
  properties: { cluster: true, cluster_id, point_count: 3, worst: 2 },
  geometry: { type: 'Point' as const, coordinates: at },
});
// One pixel a degree, north at the top.
const project = ([x, lat]: [number, number]) => ({ x, y: -lat });

describe('groups in view', () => {
  it('are listed once each, however many tiles show them', () => {
    const found = groupsInView([drawn(7, [1, 0]), drawn(7, [1, 0]), drawn(7, [1, 0], 'positions')], project);
    expect(found.map((one) => one.source)).toEqual(['incidents', 'positions']);
    expect(found[0]).toMatchObject({ cluster: 7, count: 3, worst: 2, at: [1, 0], x: 1 });
  });

  it('stand in the order of reading: lines from the top, then from the left', () => {
    const found = groupsInView([drawn(1, [50, -100]), drawn(2, [200, -9]), drawn(3, [10, -20])], project);
    expect(found.map((one) => one.cluster)).toEqual([3, 2, 1]);
  });

  it('leave out single points and what is not grouped at all', () => {
    const single = { ...drawn(1, [0, 0]), properties: { id: 'x' } };
    expect(groupsInView([single, drawn(2, [0, 0], 'alerts')], project)).toEqual([]);
  });

  it('are many, but not without end', () => {
    const all = Array.from({ length: 500 }, (_, n) => drawn(n, [n, 0]));
    expect(groupsInView(all, project)).toHaveLength(60);
  });
});

describe('keys among groups', () => {
  it('lead round in both directions and to the ends', () => {
    const steps = [
      ['ArrowRight', 2, 0],
      ['ArrowDown', 0, 1],
      ['ArrowLeft', 0, 2],
      ['ArrowUp', 2, 1],
      ['Home', 2, 0],
      ['End', 0, 2],
    ] as const;
    for (const [key, from, to] of steps) expect(stepTo(key, from, 3), key).toBe(to);
  });

  it('leave every other key to the page', () => {
    expect(stepTo('Enter', 0, 3)).toBeNull();
    expect(stepTo('j', 0, 3)).toBeNull();
  });
});

it('the closest group takes over from one that is gone', () => {
  const groups = [
    { x: 0, y: 0 },
    { x: 40, y: 30 },
  ];
  expect(closestTo({ x: 35, y: 35 }, groups)).toBe(1);
  expect(closestTo({ x: 35, y: 35 }, [])).toBe(-1);
});

it('a group is called by what it holds and the worst of it', () => {
  const group = { source: 'incidents', cluster: 1, count: 12, worst: 3, at: [0, 0] } as const;
  expect(groupWords.name({ ...group, at: [0, 0] })).toBe('12 起事件聚在一处，最重：紧急。放大');
  expect(groupWords.name({ ...group, at: [0, 0], source: 'positions', worst: 12 })).toContain('超时未归');
});
