import { HOUSE, type NewEvent } from '../server/log/catalogue.ts';

/** A window of a zone that closes, a quarter of an hour after its end. Times are ISO. */
export function windowClosed(window: string, zone: string, span: { from: string; to: string }): NewEvent {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  return {
    source: HOUSE,
    id: `window:${window}:${zone}:${from}`,
    type: 'window.closed',
    time: to + 900_000,
    data: { window, zone, from, to },
  };
}
