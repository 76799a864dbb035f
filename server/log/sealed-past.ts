import { Temporal } from 'temporal-polyfill';
import type { Position } from './catalogue.ts';

/** A sealed past: events of sources from before `cut` are removed, and it was derived up to `position`. Epoch ms. */
export type Seal = { cut: number; before: number; position: Position };

const DAY_MS = 86_400_000;
/** How far back a figure may look: a state may have lasted for 31 days. */
const LOOK_BACK_MS = 32 * DAY_MS;
/** What a change of today may still change: a contact of 7 days ago, and the month around it that is decided again. */
const SETTLING_MS = 43 * DAY_MS;

/** Before this instant nothing is taken any more where events are removed up to `cut`. */
export const closedBefore = (cut: number): number => cut + LOOK_BACK_MS + SETTLING_MS;

/** From this instant on every event behind a figure is there. */
export const wholeFrom = ({ cut }: Pick<Seal, 'cut'>): number => cut + LOOK_BACK_MS;

/** The least that is kept open: what is taken still must lie before the last month and a half. */
export const LEAST_MONTHS = 4;

/** Where to cut so that whole months are kept on the calendar of a zone, and the one that has begun; epoch ms. */
export function cutOf(now: number, months: number, zone: string): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  return today.with({ day: 1 }).subtract({ months }).toZonedDateTime(zone).epochMilliseconds;
}

/** The day on which an instant (epoch ms) falls on the calendar of a zone. */
export const localDay = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
