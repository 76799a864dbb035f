import { z } from 'zod';

/** An external id: `[A-Za-z0-9._-]{1,64}`. */
export const Id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must match [A-Za-z0-9._-]{1,64}');

/** RFC 3339 with offset. */
export const Instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time with an offset' });

/** Whole milliseconds, never negative, at most 31 days. */
export const Millis = z.int().min(0).max(2_678_400_000);

/** Text from outside without control characters. */
export const Text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
      (s) => !/[\u0000-\u001f\u007f]/.test(s) && s.isWellFormed(),
      'must be well-formed text without control characters',
    );

/** A log position: the decimal string of a growing 64-bit integer. */
export const Position = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a decimal position')
  .refine((digits) => !/^\d{1,19}$/.test(digits) || BigInt(digits) <= LAST_POSITION, 'must fit into 64 bits');
const LAST_POSITION = 2n ** 63n - 1n;

export const ROLES = ['agent', 'supervisor', 'quality', 'trainer', 'manager', 'executive', 'admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const SCOPES = ['events:write', 'people:write', 'definitions:write', 'read', 'metrics'] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;
