// docs/reference/badges.md is made of the list, so that the two cannot differ. Write it: node tests/badge-page.ts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { BADGES, type Badge, TIERS } from '../server/game/badges/rules.ts';

export const BADGE_PAGE = path.join(import.meta.dirname, '../docs/reference/badges.md');

/** The whole page as Markdown. */
export const badgePage = (): string => [HEAD, ...BADGES.map(section), TAIL].join('\n');

const HEAD = `# Badges

Six badges, each in bronze, silver and gold. A tier is earned once in its window, and its points are booked once. Whoever holds a higher tier holds those below; of several at once only the highest is celebrated.

Nothing hangs on a KPI that is provisional or held, nor on a window whose score does not count. A KPI is weighed as in the score: the scored value against one's own target, new-hire ramps included.
`;

const WHEN: Record<Badge['when'], string> = {
  'at once': 'as soon as it holds, and when the window closes',
  close: 'when the window closes',
  settled: 'one window later, when the value is no longer provisional',
};

function section(badge: Badge): string {
  const when = badge.condition.kind === 'days' ? 'whenever a day closes' : WHEN[badge.when];
  const tiers = TIERS.map((tier) => `| ${tier} | ${badge.tiers[tier].words} | ${badge.tiers[tier].points} |`);
  return [
    `## \`${badge.id}\`: ${badge.name}`,
    '',
    badge.words,
    '',
    `Window: ${badge.period}. Decided ${when}. Version ${badge.version}.`,
    '',
    '| tier | condition | points |',
    '| --- | --- | --- |',
    ...tiers,
    '',
  ].join('\n');
}

const TAIL = `## Late events

What a source tells more than 24 hours late celebrates nothing. Where such events are part of what a badge counts, the badge is earned only if their sources are set to \`backfill: award\`, and by windows that close after they came in.

## Corrections

Where a correction, a late event or an agent who is assigned later changes a window that was decided already, it is decided again when the next hour closes, however long ago it was. A tier that was not earned after all is withdrawn with its points, and is no longer in the case, on walls or celebrated; a tier that was missed is earned. \`full-house\` is withdrawn only for want of contacts. A tier that is earned again has a number behind its period in its receipt (\`...:2\`) and is not celebrated again. See [decision 10](../decisions/0010-closed-windows-are-decided-again.md).

## At the doors

\`GET /api/v1/badges\` is this list. \`GET /api/v1/people/{id}/badges\` is what somebody earned and what comes next: \`{person, items:[{badge, name, words, art, period, tier, counts, earned:[{tier, period, at, points, celebrate, receipt}], next:{tier, value, goal, unit, words, progress, standing}|null}], position}\`; \`progress\` is in per-mille. The topic \`badges:<person>\` shows the same, live. Each \`receipt\` is a measure for \`GET /api/v1/receipts?subject=person:ID&measure=...\`: the arithmetic as it was decided, the decision, and page by page (\`cursor\`) every event behind the facts that were known then.
`;

if (import.meta.main) writeFileSync(BADGE_PAGE, badgePage());
