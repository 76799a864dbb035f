import type { LoggedEvent, Position } from './catalogue.ts';

type Page = { most: number; until: Position | undefined };
type Read = (after: Position, page: Page) => Promise<LoggedEvent[]>;

/**
 * Pages of the log, one after another. Behind a full page it begins to read the next, so that the database reads while
 * this process counts. What was read ahead and is not a full page may have an end that has moved on: it is read again.
 * @param next how large the page after one of `most` events will be
 */
export function turnPages(read: Read, next: (most: number) => number): Read {
  let ahead: (Page & { after: Position; events: Promise<LoggedEvent[] | null> }) | null = null;
  return async (after, { most, until }) => {
    const known = ahead?.after === after && ahead.until === until ? ahead : null;
    ahead = null;
    const found = known && (await known.events);
    const events = found && found.length >= known.most ? found : await read(after, { most, until });
    const last = events.at(-1);
    if (last && events.length >= most) {
      const page = { most: next(most), until };
      ahead = { ...page, after: last.position, events: read(last.position, page).catch(() => null) };
    }
    return events;
  };
}
