import { z } from 'zod';

export const WINDOWS = ['hour', 'day', 'week', 'month', 'quarter', 'season', '60m', 'custom'] as const;
export const WindowName = z.enum(WINDOWS);
export type WindowName = z.infer<typeof WindowName>;

/** A resolved window: [from, to) as RFC 3339 instants. */
export type WindowSpan = { name: WindowName; from: string; to: string };
