import type { BadgeTier } from '$lib/contract/badges.ts';

/** The motif of each badge as one path within 48 x 48, centred on (24, 22). */
export const MOTIFS: Record<string, string> = {
  'full-house': 'M15.5 22 24 14.5 32.5 22M18 20.5V29.5H30V20.5M24 29.5V25',
  'on-the-dot': 'M24 14.5a7.5 7.5 0 1 1-.01 0M24 18V22L27 24',
  'kind-ear': 'M24 30C18 26 15.5 22.8 15.5 19.6A4.3 4.3 0 0 1 24 18.4A4.3 4.3 0 0 1 32.5 19.6C32.5 22.8 30 26 24 30Z',
  'one-and-done': 'M16 22.5 21.8 28.5 32.5 16',
  'steady-light':
    'M24 13.5C28.5 18 29.5 20.5 29.5 23.5A5.5 5.5 0 0 1 18.5 23.5C18.5 20.5 19.5 18 24 13.5ZM20.5 31.5H27.5',
  craft: 'M18.5 15.5H29.5L33 20.5 24 30.5 15 20.5ZM15 20.5H33M21 20.5 24 30.5 27 20.5',
};

const CENTRE = { x: 24, y: 22 };
const RAYS: Record<BadgeTier, number> = { bronze: 0, silver: 6, gold: 12 };

/** The face: a ring while it is not earned and for bronze, six sides for silver, eight for gold. */
export function outline(tier: BadgeTier | null): string {
  if (tier === 'silver') return polygon(6, 15.5);
  if (tier === 'gold') return polygon(8, 15.5);
  return 'M24 7a15 15 0 1 1-.01 0Z';
}

/** Rays around the face: none for bronze, six for silver, twelve for gold. */
export function rays(tier: BadgeTier | null): string[] {
  const count = tier ? RAYS[tier] : 0;
  return Array.from({ length: count }, (_, n) => {
    const turn = (n + 0.5) / count;
    return `M${at(turn, 17.6)}L${at(turn, 20.6)}`;
  });
}

/** Where the dots under the face lie: one, two or three. */
export function pips(tier: BadgeTier | null): number[] {
  if (!tier) return [];
  return { bronze: [24], silver: [20.5, 27.5], gold: [17, 24, 31] }[tier];
}

const polygon = (sides: number, radius: number): string =>
  `${Array.from({ length: sides }, (_, n) => `${n === 0 ? 'M' : 'L'}${at(n / sides, radius)}`).join('')}Z`;

function at(turn: number, radius: number): string {
  const angle = 2 * Math.PI * turn - Math.PI / 2;
  return `${(CENTRE.x + radius * Math.cos(angle)).toFixed(2)} ${(CENTRE.y + radius * Math.sin(angle)).toFixed(2)}`;
}
