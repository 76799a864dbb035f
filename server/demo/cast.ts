import type { Person, Queue, Site, Team } from '#contract/people.ts';
import type { Role } from '#contract/words.ts';
import { AGENTS } from './agents.ts';

/** The one password of every demo account; it is public, on the sign-in page and in the terminal. */
export const DEMO_PASSWORD = 'harbour-lights';

export const ORGANISATION = 'Harbour Lights';
export const SOURCES = {
  acd: 'harbour-acd',
  survey: 'harbour-survey',
  wfm: 'harbour-wfm',
  qm: 'harbour-qm',
  crm: 'harbour-crm',
} as const;

export type QueueName = 'service' | 'sales' | 'billing' | 'technical' | 'loyalty';
export type Story = 'shortens' | 'four-surveys' | 'new-hire' | 'declines' | 'star' | 'hard-queue';

/** How somebody works. Factors are relative to the queue's usual; probabilities are per contact. */
export type Skill = {
  /** Length of talk, as a factor. */
  talk: number;
  /** Median of after-call work, ms. */
  acwMs: number;
  transfer: number;
  short: number;
  /** How likely an answered survey is a good one. */
  csat: number;
  /** Expected share of evaluation points. */
  quality: number;
  /** How many of the customers who call again are this person's, as a weight. */
  comeback: number;
  /** Sales closed per offer made. */
  conversion: number;
  /** Minutes that work usually starts late and pauses last too long. */
  lateMinutes: number;
  queues: Readonly<Partial<Record<QueueName, number>>>;
};

export type Agent = {
  id: string;
  name: string;
  team: string;
  login: string;
  daysOff: readonly number[];
  story?: Story;
  startedOn: string;
  skill: Skill;
};
/** An agent as the story has it: how long somebody is there is told in days before the first start. */
export type AgentTold = Omit<Agent, 'startedOn'> & { daysHere: number };
export type TeamOfCast = Team & {
  zone: string /** Local minutes since midnight. */;
  startsAt: number;
  lastsMinutes: number;
};
export type Staff = { id: string; name: string; role: Exclude<Role, 'agent'>; team?: string };

/** The whole floor as it is told from its first day on. */
export type Cast = {
  /** The day on which the demo was begun; stories are told relative to it. */
  beganOn: string;
  sites: Site[];
  teams: TeamOfCast[];
  queues: (Queue & { id: QueueName })[];
  agents: Agent[];
  staff: Staff[];
};

/** @param beganOn the local day of the first start, `YYYY-MM-DD` */
export function castOf(beganOn: string): Cast {
  const startedOn = (days: number) =>
    new Date(Date.parse(`${beganOn}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
  const agents = AGENTS.map(({ daysHere, ...agent }) => ({ ...agent, startedOn: startedOn(daysHere) }));
  return { beganOn, sites: SITES, teams: TEAMS, queues: QUEUES, agents, staff: STAFF };
}

/** The cast as people, with what the sources call them. */
export function peopleOf(cast: Cast): Person[] {
  const agents = cast.agents.map((agent) => ({
    id: agent.id,
    name: agent.name,
    email: emailOf(agent.id),
    roles: ['agent' as const],
    team: agent.team,
    startedOn: agent.startedOn,
    identities: [SOURCES.acd, SOURCES.wfm, SOURCES.qm, SOURCES.crm].map((source) => ({ source, agent: agent.login })),
  }));
  const staff = cast.staff.map(({ id, name, role, team }) => ({
    id,
    name,
    email: emailOf(id),
    roles: [role],
    ...(team ? { team } : {}),
  }));
  return [...agents, ...staff];
}

export const emailOf = (id: string): string => `${id}@harbour-lights.example`;

const DAY_MS = 86_400_000;

// the first site is the one that every organisation is made with
const SITES: Site[] = [
  { id: 'main', name: 'Lisbon', timeZone: 'Europe/Lisbon' },
  { id: 'manila', name: 'Manila', timeZone: 'Asia/Manila' },
];

// shifts that overlap and hand over to each other all around the clock, in summer and in winter time
const TEAMS: TeamOfCast[] = [
  shift('aurora', 'Aurora', { site: 'manila', supervisor: 'lourdes', startsAt: 8 }),
  shift('habagat', 'Habagat', { site: 'manila', supervisor: 'efren', startsAt: 12 }),
  shift('tejo', 'Tejo', { site: 'main', supervisor: 'marta', startsAt: 8 }),
  shift('douro', 'Douro', { site: 'main', supervisor: 'olga', startsAt: 10 }),
  shift('noite', 'Noite', { site: 'main', supervisor: 'henrique', startsAt: 16 }),
  shift('mondego', 'Mondego', { site: 'main', supervisor: 'sancho', startsAt: 12 }),
];

function shift(
  id: string,
  name: string,
  { site, supervisor, startsAt }: { site: string; supervisor: string; startsAt: number },
): TeamOfCast {
  const zone = site === 'manila' ? 'Asia/Manila' : 'Europe/Lisbon';
  return { id, name, site, supervisor, zone, startsAt: startsAt * 60, lastsMinutes: 540 };
}

const QUEUES: Cast['queues'] = [
  { id: 'service', name: 'Service', serviceLevelMs: 20_000, shortMs: 12_000, abandonShortMs: 5_000 },
  { id: 'sales', name: 'Sales', serviceLevelMs: 20_000, shortMs: 12_000, abandonShortMs: 5_000 },
  { id: 'billing', name: 'Billing', serviceLevelMs: 30_000, shortMs: 15_000, abandonShortMs: 5_000 },
  { id: 'technical', name: 'Technical help', serviceLevelMs: 30_000, shortMs: 15_000, abandonShortMs: 5_000 },
  { id: 'loyalty', name: 'Loyalty', serviceLevelMs: 20_000, shortMs: 12_000, abandonShortMs: 5_000 },
];

const STAFF: Staff[] = [
  { id: 'lourdes', name: 'Lourdes Magtibay', role: 'supervisor', team: 'aurora' },
  { id: 'efren', name: 'Efren Carpio', role: 'supervisor', team: 'habagat' },
  { id: 'marta', name: 'Marta Quintela', role: 'supervisor', team: 'tejo' },
  { id: 'olga', name: 'Olga Freixo', role: 'supervisor', team: 'douro' },
  { id: 'henrique', name: 'Henrique Salgueiro', role: 'supervisor', team: 'noite' },
  { id: 'sancho', name: 'Sancho Buarcos', role: 'supervisor', team: 'mondego' },
  { id: 'celeste', name: 'Celeste Amado', role: 'quality' },
  { id: 'iria', name: 'Iria Portela', role: 'quality' },
  { id: 'ramon', name: 'Ramon Ilagan', role: 'trainer' },
  { id: 'filipa', name: 'Filipa Rebordão', role: 'manager' },
  { id: 'augusto', name: 'Augusto Terenas', role: 'executive' },
  { id: 'noor', name: 'Noor Halvorsen', role: 'admin' },
];
