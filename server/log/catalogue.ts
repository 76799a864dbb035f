import type { EventType } from '#contract/events.ts';

/** The source under which the house itself speaks; the door refuses it from outside. */
export const HOUSE = 'floorlight';

/** Events that people and jobs of the house append. Together with the public ones a closed list. */
export const HOUSE_EVENTS = [
  'organisation.saved',
  'site.saved',
  'team.saved',
  'queue.saved',
  'person.saved',
  'person.identified',
  'kpi.defined',
  'target.set',
  'scorecard.set',
  'board.defined',
  'baseline.set',
  'window.closed',
  'source.saved',
  'points.awarded',
  'points.corrected',
  'badge.earned',
  'badge.withdrawn',
  'reward.saved',
  'reward.granted',
  'reward.redeemed',
  'redemption.settled',
  'flag.opened',
  'flag.joined',
  'flag.answered',
  'flag.closed',
  'coaching.launched',
  'coaching.acknowledged',
  'coaching.settled',
  'device.saved',
  'device.revoked',
  'scenes.saved',
] as const;

export type HouseEvent = (typeof HOUSE_EVENTS)[number];

/** The place of an event in its organisation's one order: transaction id << 16 | ordinal. Safe as a number for 137 billion transactions. */
export type Position = number;

/** An event on its way into the log. Personal text stands apart, because it is sealed with a key per person. */
export type NewEvent = {
  source: string;
  id: string;
  type: EventType | HouseEvent;
  /** Valid time, epoch ms. */
  time: number;
  /** The source's agent: a name or id there, kept as a party. */
  agent?: { source: string; name: string } | null;
  customer?: string | null;
  interaction?: string | null;
  data: Record<string, unknown>;
  /** Further personal text, sealed with the key of the customer, else of the agent. */
  personal?: Record<string, string>;
  /** A correction's new content, with its own parties. */
  replacement?: Pick<NewEvent, 'agent' | 'customer' | 'interaction' | 'data'>;
};

/** An event as it stands in the log. `agent` and `customer` are party refs. */
export type LoggedEvent = {
  position: Position;
  source: string;
  id: string;
  type: string;
  time: number;
  recordedAt: number;
  agent: number | null;
  customer: number | null;
  interaction: string | null;
  data: Record<string, unknown>;
};

/** What a correction's `data` holds in the log. */
export type CorrectionData = {
  of: { source: string; id: string };
  action: 'retract' | 'replace';
  replacement?: Pick<LoggedEvent, 'agent' | 'customer' | 'interaction' | 'data'>;
};
