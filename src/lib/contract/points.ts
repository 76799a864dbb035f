/** What a movement of points follows from: a closed window, a badge, a granted or redeemed reward. */
export type PointsAbout = {
  rule?: string;
  window?: string;
  zone?: string;
  from?: number;
  to?: number;
  /** Tenths of a point of the score. */
  score?: number;
  badge?: string;
  tier?: string;
  /** What the reward was called then. */
  reward?: string;
};

export type Movement = {
  id: string;
  at: string;
  kind: 'award' | 'badge' | 'grant' | 'redemption' | 'return';
  amount: number;
  balanceAfter: number;
  /** What it was for, in one sentence. */
  words: string;
  /** The id of the event that it follows from. */
  cause: string;
  about: PointsAbout;
  /** The measure under which its receipt is asked. */
  receipt: string;
};

/** `GET /api/v1/people/{id}/points`: the wallet, movements newest first. */
export type Wallet = {
  person: string;
  balance: number;
  earnedToday: number;
  earnedThisWeek: number;
  items: Movement[];
  next: string | null;
  position: string;
};

export type PointsRule = { id: string; version: number; window: string; words: string };
