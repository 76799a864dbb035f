import type { Position } from './catalogue.ts';

const ORDINALS = 65_536;

/** The transaction that wrote at a position. */
export const transactionOf = (position: Position): number => Math.floor(position / ORDINALS);

/** The position before the first that a transaction may write at. */
export const positionBefore = (transaction: number): Position => transaction * ORDINALS;
