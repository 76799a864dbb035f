export const BADGE_TIERS = ['bronze', 'silver', 'gold'] as const;
export type BadgeTier = (typeof BADGE_TIERS)[number];

/** A badge in words. `art` names its drawing. */
export type BadgeInfo = {
  id: string;
  version: number;
  name: string;
  words: string;
  art: string;
  period: 'day' | 'week' | 'month';
  when: 'at once' | 'close' | 'settled';
  tiers: { tier: BadgeTier; words: string; points: number }[];
};

/** One time that a tier was earned. `receipt` is the measure that its receipt answers to. */
export type BadgeEarned = {
  tier: BadgeTier;
  period: string;
  at: string;
  points: number;
  celebrate: boolean;
  receipt: string;
};

/** What comes next in the window that is open: the value and the goal in `unit`, `progress` in per-mille. */
export type BadgeNext = {
  tier: BadgeTier;
  value: number | null;
  goal: number | null;
  unit: string;
  words: string;
  progress: number;
  standing: 'counts' | 'none' | 'provisional' | 'held' | 'not_eligible';
};

/** A badge of a person: the highest tier ever earned, how often each was, the latest ones, and what comes next. */
export type BadgeItem = Pick<BadgeInfo, 'name' | 'words' | 'art' | 'period'> & {
  badge: string;
  tier: BadgeTier | null;
  counts: Record<BadgeTier, number>;
  earned: BadgeEarned[];
  next: BadgeNext | null;
};

export type BadgeCase = { person: string; items: BadgeItem[]; next: null; position: string };
