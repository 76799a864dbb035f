import { fc, it as prop } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { freshBreath, MOST, maySit, spend, spreadOf, treatmentOf } from '../../server/live/rules.ts';

describe('what a socket may say', () => {
  it('is a page full of subscriptions at once, and half as much again, and no flood', () => {
    const breath = freshBreath(0);
    for (let n = 0; n < 1.5 * MOST.topics; n++) expect(spend(breath, 0)).toBe(true);
    expect(spend(breath, 0)).toBe(false);
  });

  prop.prop([fc.integer({ min: 1, max: 49 }), fc.integer({ min: 1, max: 600 })])(
    'fewer than fifty a second may go on for ever',
    (rate, seconds) => {
      const breath = freshBreath(0);
      let heard = 0;
      while (heard < rate * seconds && spend(breath, (heard * 1000) / rate)) heard++;
      expect(heard).toBe(rate * seconds);
    },
  );

  prop.prop([fc.integer({ min: 100, max: 100_000 })])(
    'a hundred a second and more are cut within four seconds',
    (rate) => {
      const breath = freshBreath(0);
      let n = 0;
      while (spend(breath, (n * 1000) / rate)) n++;
      expect(n / rate).toBeLessThanOrEqual(4);
    },
  );

  it('gains nothing by a clock that goes back', () => {
    const breath = freshBreath(10_000);
    breath.left = 0;
    expect(spend(breath, 0)).toBe(false);
  });
});

describe('a seat', () => {
  const free = { sockets: 0, ofAddress: 0, ofViewer: 0 };
  it.each([
    ['account', MOST.perAccount],
    ['device', MOST.perDevice],
    ['key', MOST.perKey],
  ] as const)('of a %s is one of %i', (kind, most) => {
    expect(maySit(kind, { ...free, ofViewer: most - 1 })).toBe(true);
    expect(maySit(kind, { ...free, ofViewer: most })).toBe(false);
  });
  it('is bounded for an address and for the house', () => {
    expect(maySit('account', { ...free, ofAddress: MOST.perAddress })).toBe(false);
    expect(maySit('account', { ...free, sockets: MOST.sockets })).toBe(false);
  });
});

describe('coming back', () => {
  it('is at once for a small house, and spread so that no more than five hundred a second come', () => {
    expect([10, 200, 1_200, 5_200, 100_000].map(spreadOf)).toEqual([0, 0, 2_000, 10_000, 12_000]);
  });
});

describe('who does not read', () => {
  it('is told, spared or cut', () => {
    const queue = { packets: 0, bytes: 0, waitsMs: 0 };
    expect(treatmentOf(queue)).toBe('told');
    expect(treatmentOf({ ...queue, packets: 64, bytes: 128_000 })).toBe('told');
    expect(treatmentOf({ ...queue, packets: 65 })).toBe('spared');
    expect(treatmentOf({ ...queue, packets: 2, bytes: 128_001 })).toBe('spared');
    // one long answer on a slow line is no fault
    expect(treatmentOf({ ...queue, packets: 1, bytes: 9_000_000 })).toBe('told');
    expect(treatmentOf({ packets: 1, bytes: 10, waitsMs: 20_001 })).toBe('cut');
  });
});
