/** The instant at which a calendar day (`YYYY-MM-DD`) begins in a zone, moved on by whole days. */
export function midnight(day: string, timeZone: string, moved = 0): string {
  const wall = Date.parse(`${day}T00:00:00Z`) + moved * DAY_MS;
  const guess = wall - offsetAt(wall, timeZone);
  // the clock may change between the guess and the day's beginning
  return new Date(wall - offsetAt(guess, timeZone)).toISOString();
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How far the clocks of a zone are ahead of UTC, ms. */
function offsetAt(at: number, timeZone: string): number {
  const form = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
  const name = form.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = 0, minutes = 0] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
