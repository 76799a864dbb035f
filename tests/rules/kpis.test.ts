import { describe, expect, it } from 'vitest';
import { BUILT_IN, minSampleOf } from '../../server/facts/kpis/catalogue.ts';
import { measureFrom } from '../../server/facts/kpis/measure.ts';
import { Kpi } from '../../src/lib/contract/definitions.ts';
import { FACT_NAMES } from '../../src/lib/contract/facts.ts';

const measure = (id: string) => {
  const definition = BUILT_IN.get(id);
  if (!definition) throw new Error(`no KPI ${id}`);
  return measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true });
};
const value = (id: string, sums: Record<string, number>) => measure(id).value.value(sums);

describe('the catalogue', () => {
  it('has every KPI that the field asks for', () => {
    const asked =
      'aht acw asa service_level service_level_answered service_level_offered service_level_less_sl service_level_less_short service_level_met abandon_rate abandon_rate_less_short occupancy utilisation adherence conformance transfer_rate fcr csat csat_mean nps quality conversion short_share repeat_share handled';
    expect(asked.split(' ').filter((id) => !BUILT_IN.has(id))).toEqual([]);
  });

  it('is made of valid definitions over core facts, each in plain words and with its source', () => {
    for (const [id, kpi] of BUILT_IN) {
      expect(Kpi.safeParse(kpi).error?.issues ?? []).toEqual([]);
      expect(kpi.words.length, id).toBeGreaterThan(40);
      expect(kpi.source.length, id).toBeGreaterThan(5);
      const { value: formula, sample } = measure(id);
      expect(
        [...formula.facts, ...sample.facts].filter((fact) => !(FACT_NAMES as string[]).includes(fact)),
        id,
      ).toEqual([]);
    }
  });

  it('tells the five service levels apart, as in the worked example of the field', () => {
    const sums = {
      offered: 1060,
      answered: 1000,
      abandoned: 60,
      answered_in_sl: 860,
      abandoned_in_sl: 20,
      abandoned_short: 10,
    };
    expect(value('service_level_met', sums)).toBe(0.830189);
    expect(value('service_level_answered', sums)).toBe(0.86);
    expect(value('service_level', sums)).toBe(0.86);
    expect(value('service_level_offered', sums)).toBe(0.811321);
    expect(value('service_level_less_sl', sums)).toBe(0.826923);
    expect(value('service_level_less_short', sums)).toBe(0.819048);
    expect(value('abandon_rate', sums)).toBe(0.056604);
    expect(value('abandon_rate_less_short', sums)).toBe(0.047619);
  });

  it('calculates the others', () => {
    expect(value('aht', { talk_ms: 240_000, hold_ms: 30_000, acw_ms: 30_001, handled: 2 })).toBe(150_000.5);
    expect(value('occupancy', { talk_ms: 80, hold_ms: 5, acw_ms: 5, available_ms: 10 })).toBe(0.9);
    expect(value('utilisation', { talk_ms: 80, available_ms: 10, login_ms: 100 })).toBe(0.9);
    expect(value('adherence', { adherent_ms: 45, scheduled_ms: 60 })).toBe(0.75);
    expect(value('conformance', { worked_ms: 60, scheduled_ms: 60 })).toBe(1);
    expect(value('nps', { nps_n: 10, nps_promoters: 4, nps_detractors: 5 })).toBe(-10);
    expect(value('csat', { csat_n: 4, csat_top: 3 })).toBe(0.75);
    expect(value('csat_mean', { csat_n: 3, csat_sum: 2000 })).toBe(0.666667);
    expect(value('fcr', { handled: 10, repeated: 2 })).toBe(0.8);
    expect(value('quality', { qa_points: 88, qa_possible: 100 })).toBe(0.88);
    expect(value('conversion', { sales: 3, offers: 12 })).toBe(0.25);
  });

  it('has no value, rather than 0, where nothing happened', () => {
    for (const id of BUILT_IN.keys()) expect(value(id, {}), id).toBe(id === 'handled' ? 0 : null);
  });

  it('knows which values are sums over samples', () => {
    expect(measure('aht').perUnit).toBe(1);
    expect(measure('adherence').perUnit).toBe(60_000);
    expect(measure('csat_mean').perUnit).toBe(1000);
    expect(measure('quality').perUnit).toBeNull();
    expect(measure('handled').additive).toBe(false);
  });
});

describe('the least sample', () => {
  const HOUR = 3_600_000;
  const span = (name: string, hours = 24) => ({ name, from: 0, to: hours * HOUR });

  it('may be one for all windows or one each', () => {
    expect(minSampleOf({ minSample: 7 }, span('month'))).toBe(7);
    expect(minSampleOf({ minSample: { day: 10, month: 50 } }, span('month'))).toBe(50);
  });

  it('is that of the nearest window where one is not named, and by length for custom ones', () => {
    const kpi = { minSample: { hour: 3, day: 10, month: 50 } };
    expect(minSampleOf(kpi, span('60m', 1))).toBe(3);
    expect(minSampleOf(kpi, span('quarter', 2000))).toBe(50);
    expect(minSampleOf(kpi, span('custom', 24))).toBe(10);
    expect(minSampleOf(kpi, span('custom', 1))).toBe(3);
    expect(minSampleOf(kpi, span('custom', 24 * 31))).toBe(50);
  });
});
