import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KPI_PAGE, kpiPage } from '../kpi-page.ts';

it('the reference of KPIs says what the catalogue says', () => {
  expect(readFileSync(KPI_PAGE, 'utf8')).toBe(kpiPage());
});

it('every KPI of the catalogue has its words on the page', () => {
  expect(kpiPage().match(/^## `/gm)).toHaveLength(27);
});
