import type { Receipt } from '#contract/receipts.ts';
import type { Ground } from './ground.ts';

/** What is asked: a measure `noun:rest` of a subject (`person:ID`), as of a position. */
export type ReceiptAsked = { subject: string; measure: string; position: string; cursor?: string | undefined };

/**
 * The why of one room: writes the receipts of the measures that begin with its noun (`points:…`, `badge:…`).
 * Whether the viewer may see the subject was asked before.
 */
export type ReceiptWriter = {
  noun: string;
  /** @throws Refusal missing where the subject has no such thing */
  write(ground: Ground, orgId: number, asked: ReceiptAsked): Promise<Receipt>;
};
