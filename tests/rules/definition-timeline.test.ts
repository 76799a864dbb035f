import { describe, expect, it } from 'vitest';
import { inForce, newest, timeline } from '../../server/facts/versions/rules.ts';

const v = (version: number, effectiveFrom: number | null, ends = false) => ({ version, effectiveFrom, ends });
const holds = ({ ends }: { ends: boolean }) => !ends;

describe('the order in which versions hold', () => {
  it('is that of their begins; of two that begin at once the later word holds', () => {
    const all = [v(1, null), v(2, 500), v(3, 100), v(4, 500)];
    expect(timeline(all).map(({ version, until }) => [version, until])).toEqual([
      [1, 100],
      [3, 500],
      [2, 500],
      [4, null],
    ]);
    expect([50, 101, 501].map((to) => inForce(all, to)?.version)).toEqual([1, 3, 4]);
  });
});

describe('what a list shows', () => {
  it('is the newest that says something, until the first end said after it', () => {
    expect(newest([v(1, null), v(2, 900)], { holds, now: 500 })).toMatchObject({
      version: { version: 2 },
      until: null,
    });
    expect(newest([v(1, null), v(2, 900, true), v(3, 700, true)], { holds, now: 500 })?.until).toBe(700);
    expect(newest([v(1, null), v(2, 400, true)], { holds, now: 500 })).toBeNull();
    expect(newest([v(1, null), v(2, 400, true), v(3, 500)], { holds, now: 500 })?.until).toBeNull();
    expect(newest([v(1, 10, true)], { holds, now: 500 })).toBeNull();
  });
});
