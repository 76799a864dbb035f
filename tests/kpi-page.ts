// docs/reference/kpis.md is made of the catalogue, so that the two cannot differ. Write it: node tests/kpi-page.ts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS } from '../server/attainment/definitions/defaults.ts';
import { BUILT_IN, type BuiltIn } from '../server/facts/kpis/catalogue.ts';

export const KPI_PAGE = path.join(import.meta.dirname, '../docs/reference/kpis.md');

/** The whole page as Markdown. */
export function kpiPage(): string {
  const all = [...BUILT_IN.values()];
  return [HEAD, ...all.map(section), TARGETS_HEAD, targetTable(), SCORECARD_HEAD, scorecardTable(), ''].join('\n');
}

const HEAD = `# KPIs

Every organisation starts with these. One of its own with the same id replaces a built-in one from then on (\`PUT /api/v1/kpis/{id}\`); how formulas are written is in [API](api.md#kpis). The same list, with the targets that hold for you, is on the screen under "What the numbers mean".

Durations are milliseconds, shares lie from 0 to 1, NPS from -100 to 100, money is in minor units. "Least sample" is how much must be there before the value counts, for an hour / a day / a week / a month (and longer). A **guard** keeps a KPI of speed honest; one without a bound binds once there is a target for it. Division by zero gives no value.
`;

const TARGETS_HEAD = `## Targets until you set your own

Only where the field has a customary value. The others have none until you set one: what is right depends on the trade.
`;

const SCORECARD_HEAD = `
## Scorecard of an agent until you set your own
`;

function section(kpi: BuiltIn): string {
  const lines = [
    `## \`${kpi.id}\`: ${kpi.name}`,
    '',
    kpi.words,
    '',
    '| | |',
    '| --- | --- |',
    `| value | \`${kpi.value}\` |`,
    `| sample | \`${kpi.sample}\` |`,
    `| unit, better, kind | ${kpi.unit}, ${kpi.better}, ${kpi.kind} |`,
    `| least sample | ${least(kpi.minSample)} |`,
    ...(kpi.guards?.length ? [`| guards | ${kpi.guards.map(guard).join(', ')} |`] : []),
    ...(kpi.settleDays ? [`| provisional for | ${kpi.settleDays} days after the window |`] : []),
    `| the agent's to change | ${kpi.controllable ? 'yes' : 'no'} |`,
    `| after | ${kpi.source} |`,
    '',
  ];
  return lines.join('\n');
}

const least = (sample: BuiltIn['minSample']): string =>
  typeof sample === 'number' ? String(sample) : [sample.hour, sample.day, sample.week, sample.month].join(' / ');

const guard = ({ kpi, bound }: { kpi: string; bound?: number | undefined }): string =>
  bound === undefined ? `\`${kpi}\`` : `\`${kpi}\` at most ${bound * 100} %`;

function targetTable(): string {
  const rows = DEFAULT_TARGETS.map(({ kpi, marks }) => {
    const said = Object.entries(marks).map(([mark, value]) => `${mark} ${value}`);
    return `| \`${kpi}\` | ${said.join(', ')} |`;
  });
  return ['| KPI | marks |', '| --- | --- |', ...rows].join('\n');
}

function scorecardTable(): string {
  const lines = DEFAULT_SCORECARDS.find(({ role }) => role === 'agent')?.kpis ?? [];
  return ['| KPI | weight |', '| --- | --- |', ...lines.map(({ kpi, weight }) => `| \`${kpi}\` | ${weight} |`)].join(
    '\n',
  );
}

if (import.meta.main) writeFileSync(KPI_PAGE, kpiPage());
