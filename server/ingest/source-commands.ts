import { uuidV7 } from '#server/foundation/ids.ts';
import { HOUSE, type Position } from '#server/log/catalogue.ts';
import type { Ground } from '#server/log/ground.ts';
import { type Choice, saveChoices } from './store.ts';

/** Says what the history of sources may earn, for each by name; whether a source has spoken yet or not. */
export const chooseForSources = (
  { log, clock }: Pick<Ground, 'log' | 'clock'>,
  orgId: number,
  choices: readonly Omit<Choice, 'position'>[],
): Promise<Position> =>
  log.command(orgId, async (tx, append) => {
    const now = clock.now();
    const events = choices.map(({ name, backfill }) => ({
      source: HOUSE,
      id: uuidV7(now),
      type: 'source.saved' as const,
      time: now,
      data: { name, backfill },
    }));
    const { position } = await append(events);
    const first = position - events.length + 1;
    for (const [at, choice] of choices.entries()) await saveChoices(tx, orgId, [{ ...choice, position: first + at }]);
    return position;
  });
