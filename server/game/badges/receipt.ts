import type { WindowName } from '#contract/windows.ts';
import type { Cause } from '#server/attainment/revisits/rules.ts';
import { evidence } from '#server/facts/evidence/evidence.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { reasonOf } from '#server/game/points/sentences.ts';
import { HOUSE, type LoggedEvent } from '#server/log/catalogue.ts';
import { BARE, listed, type ReceiptWriter } from '#server/log/receipt.ts';
import { eventByIdentity, eventsByIdentity } from '#server/log/store.ts';
import { rosterOf } from '#server/people/roster.ts';
import type { Evidence } from './evidence.ts';
import { withdrawnId } from './holds.ts';
import { type Badge, badgeOf, earnedId, type Tier } from './rules.ts';

type Told = Evidence & {
  badge: string;
  version: number;
  tier: Tier;
  period: string;
  window: WindowName;
  from: number;
  to: number;
  points: number;
  goal: number;
  cause: { source: string; id: string } | null;
  /** How far the log was known; those of before do not tell. */
  until?: number;
};

/** Why somebody has a badge: what was asked, what was there, and the events that decided it. */
export const badgeReceipt: ReceiptWriter = {
  noun: 'badge',
  write: async ({ db }, orgId, { subject, measure, position, cursor }) => {
    const [, badge = '', tier = '', ...period] = measure.split(':');
    const person = subject.startsWith('person:') ? subject.slice('person:'.length) : '';
    const id = earnedId({ badge, tier: tier as Tier, person, period: period.join(':') });
    const event = await eventByIdentity(db.of(orgId), orgId, { source: HOUSE, id });
    const about = badgeOf(badge);
    if (!event || !about) throw missing(`${subject} did not earn ${measure}.`);
    const told = event.data as unknown as Told;
    const causes = told.cause ? await eventsByIdentity(db.of(orgId), orgId, [told.cause]) : [];
    const withdrawn = await eventByIdentity(db.of(orgId), orgId, { source: HOUSE, id: withdrawnId(id) });
    const later = withdrawn
      ? await eventsByIdentity(db.of(orgId), orgId, withdrawn.data.causes as Cause['causes'])
      : [];
    // a contact that tipped the scales stands among those behind the facts, with what it adds
    const causing = causes.filter(({ source, type }) => source === HOUSE || type === 'correction');
    const decisions = [...causing, event, ...later, ...(withdrawn ? [withdrawn] : [])];
    const name = (await rosterOf(db.of(orgId), orgId)).people.get(person)?.name ?? person;
    return {
      ...BARE,
      subject,
      measure,
      window: { name: told.window, from: iso(told.from), to: iso(told.to) },
      position,
      value: told.value,
      sentence: [sentenceOf(about, told, name), ...(withdrawn ? [`${reasonOf(withdrawn.data)}: withdrawn.`] : [])].join(
        ' ',
      ),
      definition: { id: `badge:${badge}`, version: told.version, text: `${about.words} ${asks(about, told)}` },
      facts: told.facts,
      sample: told.kpis[0]?.sample ?? null,
      steps: told.steps,
      ...(await behind(db.of(orgId), orgId, { told, person, recordedAt: event.recordedAt, cursor, decisions })),
    };
  },
};

type Behind = {
  told: Told;
  person: string;
  recordedAt: number;
  cursor: string | undefined;
  decisions: readonly LoggedEvent[];
};

/** The decisions first, then page by page every event behind the facts that were there when it was decided. */
async function behind(tx: Tx, orgId: number, { told, person, recordedAt, cursor, decisions }: Behind) {
  const known = told.until === undefined ? { knownAt: recordedAt } : { until: told.until };
  const names = Object.keys(told.facts);
  const facts = names.length > 0 ? names : undefined;
  const { from, to } = told;
  const found = await evidence(tx, orgId, { people: [person], from, to, facts, cursor, ...known });
  const own = listed(decisions);
  const shown = found.events.map(({ position, time, facts: adds, ...event }) => ({
    ...event,
    position: String(position),
    time: iso(time),
    facts: adds as Record<string, number>,
  }));
  const first = cursor === undefined ? own.events : [];
  return {
    events: [...first, ...shown],
    eventsTotal: own.eventsTotal + found.total,
    next: found.next,
    ...(found.sealed === null ? {} : { sealed: iso(found.sealed) }),
  };
}

function sentenceOf(badge: Badge, told: Told, name: string): string {
  const earned = `${name} earned ${told.tier} of ${badge.name} and ${told.points} points`;
  return `${earned}: ${amount(badge, told.value)}; ${told.tier} asks for ${amount(badge, told.goal)}.`;
}

const asks = (badge: Badge, told: Told): string => `${capital(told.tier)} asks for ${amount(badge, told.goal)}.`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The tested number in words: contacts, days, or attainment where 100 % is the target and 120 % its stretch mark. */
function amount({ condition }: Badge, value: number): string {
  if (condition.kind === 'contacts') return `${value} contacts`;
  return condition.kind === 'days' ? `${value} ${value === 1 ? 'day' : 'days'}` : `${value / 10} % attainment`;
}

const iso = (ms: number): string => new Date(ms).toISOString();
