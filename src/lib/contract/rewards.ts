import { z } from 'zod';
import { Id, Text } from './words.ts';

export const ICONS = ['coffee', 'clock', 'gift', 'ticket', 'headphones', 'star', 'book', 'plane'] as const;
/** Words that somebody writes to somebody: shown as they are, never as markup. */
export const Words = z
  .string()
  .trim()
  .min(3)
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'must not hold control characters');

export const RewardWish = z.object({
  id: Id,
  name: Text(80),
  words: Text(200),
  icon: z.enum(ICONS),
  price: z.int().min(1).max(1_000_000),
  /** How many there are in all; null without a limit. */
  stock: z.int().min(0).max(1_000_000).nullable(),
  visible: z.boolean().default(true),
});
export type RewardWish = z.infer<typeof RewardWish>;
export const GrantWish = z.object({ person: Id, reward: Id, reason: Words });
export const RedemptionWish = z.object({ reward: Id, id: z.uuid().optional() });
export const SettleWish = z.object({ outcome: z.enum(['fulfilled', 'cancelled']) });

/** A reward as the shop shows it; `left` is null without a limit. */
export type Reward = RewardWish & { left: number | null };
export type Grant = {
  id: string;
  person: { id: string; name: string };
  by: { id: string; name: string };
  reward: { id: string; name: string; icon: string };
  price: number;
  at: string;
  reason: string | null;
  receipt: string;
};
export type Redemption = {
  id: string;
  person: { id: string; name: string };
  reward: { id: string; name: string; icon: string };
  price: number;
  at: string;
  state: 'open' | 'fulfilled' | 'cancelled';
  settledAt: string | null;
  receipt: string;
};
/** Points that somebody may grant in a calendar month, and what is left of them. */
export type Budget = { month: string; most: number; spent: number; left: number };
