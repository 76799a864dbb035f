import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  FOREVER,
  type Mapping,
  merged,
  repeatedIds,
  resolveMappings,
  sameFields,
  sameMappings,
  teamAt,
  type WishesOfPerson,
} from '../../server/people/rules.ts';

const wish = (agent: number, from: number | null = null, to: number | null = null) => ({
  source: 'acd',
  agent,
  from,
  to,
});
const item = (person: string, ...wishes: ReturnType<typeof wish>[]): WishesOfPerson => ({ path: '/0', person, wishes });
const mapping = (person: string, agent: number, validFrom: number, validTo: number): Mapping => ({
  person,
  source: 'acd',
  agent,
  validFrom,
  validTo,
});

describe('mappings of agents to people', () => {
  it('the first holds from the epoch until further notice', () => {
    const { mappings } = resolveMappings([item('ana', wish(7))], []);
    expect(mappings.get('ana')).toEqual([mapping('ana', 7, ALWAYS, FOREVER)]);
  });

  it('the next person begins where the last one ended', () => {
    const held = [mapping('ana', 7, ALWAYS, 500)];
    const { mappings, taken } = resolveMappings([item('ben', wish(7))], held);
    expect(taken).toEqual([]);
    expect(mappings.get('ben')).toEqual([mapping('ben', 7, 500, FOREVER)]);
  });

  it('one that says nothing of its begin keeps the one it has', () => {
    const held = [mapping('ana', 7, ALWAYS, 500), mapping('ben', 7, 500, FOREVER)];
    const { mappings, taken } = resolveMappings([item('ben', wish(7, null, 900))], held);
    expect(taken).toEqual([]);
    expect(mappings.get('ben')).toEqual([mapping('ben', 7, 500, 900)]);
  });

  it('says again what a list showed, and means the same', () => {
    const held = [mapping('ana', 7, ALWAYS, 500), mapping('ana', 7, 900, FOREVER)];
    const { mappings } = resolveMappings([item('ana', wish(7, null, 500), wish(7, 900))], held);
    expect(mappings.get('ana')).toEqual(held);
  });

  it('refuses another person at the same time, by path', () => {
    const held = [mapping('ana', 7, ALWAYS, FOREVER)];
    const { taken } = resolveMappings(
      [item('ben', wish(8), wish(7)), { path: '/1', person: 'cal', wishes: [wish(7, 10, 20)] }],
      held,
    );
    expect(taken.map((error) => error.path)).toEqual(['/0/identities/1', '/1/identities/0']);
  });

  it('hands an agent over within one call', () => {
    const held = [mapping('ana', 7, ALWAYS, FOREVER)];
    const { mappings, taken } = resolveMappings([item('ana'), { path: '/1', person: 'ben', wishes: [wish(7)] }], held);
    expect(taken).toEqual([]);
    expect(mappings.get('ana')).toEqual([]);
    expect(mappings.get('ben')).toEqual([mapping('ben', 7, ALWAYS, FOREVER)]);
  });

  it('touching spans do not overlap; spans that end before they begin are refused', () => {
    const held = [mapping('ana', 7, 100, 200)];
    expect(resolveMappings([item('ben', wish(7, 200, 300), wish(7, 0, 100))], held).taken).toEqual([]);
    expect(resolveMappings([item('ben', wish(7, 300, 300))], held).order).toEqual([
      { path: '/0/identities/0', message: 'must end after it begins' },
    ]);
  });

  it('takes the same mapping twice in one item as one', () => {
    const { mappings, taken } = resolveMappings([item('ana', wish(7, 1, 2), wish(7, 1, 2))], []);
    expect(taken).toEqual([]);
    expect(mappings.get('ana')).toHaveLength(1);
  });

  it('never lets an agent be two people at once, and asking again changes nothing', () => {
    const instant = fc.option(fc.integer({ min: 0, max: 50 }), { nil: null });
    const wishes = fc.array(
      fc.record({ source: fc.constant('acd'), agent: fc.integer({ min: 1, max: 3 }), from: instant, to: instant }),
      { maxLength: 4 },
    );
    const asks = fc.array(fc.record({ person: fc.constantFrom('ana', 'ben', 'cal'), wishes }), { maxLength: 8 });
    fc.assert(
      fc.property(asks, (steps) => {
        let held: Mapping[] = [];
        for (const step of steps) {
          const { mappings, order, taken } = resolveMappings([{ path: '', ...step }], held);
          if (order.length + taken.length > 0) continue;
          const now = mappings.get(step.person) ?? [];
          held = [...held.filter((m) => m.person !== step.person), ...now];
          for (const a of held)
            for (const b of held)
              if (a !== b && a.agent === b.agent)
                expect(a.validTo <= b.validFrom || b.validTo <= a.validFrom).toBe(true);
        }
      }),
    );
  });
});

describe('small rules', () => {
  it('compares mappings as sets', () => {
    const a = mapping('ana', 7, 0, 1);
    const b = mapping('ana', 8, 0, 1);
    expect(sameMappings([a, b], [b, a])).toBe(true);
    expect(sameMappings([a], [a, b])).toBe(false);
    expect(sameMappings([a], [{ ...a, validTo: 2 }])).toBe(false);
  });
  it('finds ids that come twice', () => {
    expect(repeatedIds([{ id: 'a' }, { id: 'b' }, { id: 'a' }])).toEqual([
      { path: '/2/id', message: 'a is in this list twice' },
    ]);
  });
  it('knows the team at an instant', () => {
    const teams = [
      { team: 'red', from: ALWAYS },
      { team: 'blue', from: 100 },
      { team: null, from: 200 },
    ];
    expect([0, 99, 100, 199, 200].map((at) => teamAt(teams, at))).toEqual(['red', 'red', 'blue', 'blue', null]);
    expect(teamAt([], 0)).toBeNull();
  });
  it('lays what is present over what was, null included, and nothing foreign', () => {
    const before = { name: 'Ana', email: 'a@x' as string | null };
    const given = { name: undefined, email: null, roles: 'x' };
    expect(merged(before, given)).toEqual({ name: 'Ana', email: null });
    expect(sameFields(before, { ...before })).toBe(true);
    expect(sameFields(before, { ...before, email: null })).toBe(false);
  });
});
