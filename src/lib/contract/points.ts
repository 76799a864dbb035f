/** What happened to what, and when that was (epoch ms), where a window was decided again after it was closed. */
export type PointsBecause = {
  how: 'corrected' | 'late' | 'returned' | 'mapped';
  what: 'call' | 'contact' | 'survey' | 'evaluation' | 'presence' | 'event';
  at: number;
};

/** What a movement of points follows from: a closed window, a badge, a granted or redeemed reward, or a change in what was told. */
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
  because?: PointsBecause;
  /** The id of what is corrected or taken back; null where nothing had been given. */
  of?: string | null;
  /** Points that were spent already and are borne by the house; points that pay such back. */
  writtenOff?: number;
  recovered?: number;
  /** What the reward was called then. */
  reward?: string;
};

export type Movement = {
  id: string;
  at: string;
  kind: 'award' | 'badge' | 'grant' | 'redemption' | 'return' | 'correction' | 'withdrawal';
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
