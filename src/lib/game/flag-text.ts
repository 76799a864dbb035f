import type { Flag } from '../contract/coaching.ts';
import { inSentence, type Setting, written } from '../format.ts';
import { t } from '../words.ts';

/** What a flag says first, to a leader or to the person. */
export function flagSentence(flag: Flag, setting: Setting, own = false): string {
  const shown = flag.evidence.slice(-3);
  const beyond = shown.filter((one) => one.beyond);
  const last = beyond.at(-1) ?? shown.at(-1);
  const grain = last?.window ?? 'day';
  return t(own ? 'flags.sentence.own' : 'flags.sentence', {
    name: flag.person.name,
    kpi: inSentence(flag.kpi.name),
    mark: written(last?.mark ?? null, flag.kpi.unit, setting),
    n: beyond.length,
    all: t(`flags.windows.${grain}`, { n: shown.length }),
  });
}
