import type { PlaybookStep } from '#contract/coaching.ts';

type Step = [id: string, cause: string, text: string];

const BOOK: Record<string, readonly Step[]> = {
  aht: [
    ['aht.listen', 'Not known yet', 'Listen to three long calls together and let the agent name where the time goes.'],
    [
      'aht.search',
      'Searching for answers',
      'Make a one-page guide of the five most frequent questions and keep it at hand for a week.',
    ],
    [
      'aht.hold',
      'Long holds',
      'Sit beside a colleague who rarely uses hold and note the words they bridge the wait with.',
    ],
    [
      'aht.structure',
      'Calls that wander',
      'Practise one opening question that finds the real concern within the first minute.',
    ],
  ],
  acw: [
    [
      'acw.during',
      'Notes after the call',
      'Write the note while the customer is still there; try it for two days and talk about what gets in the way.',
    ],
    ['acw.templates', 'Typing the same again', 'Set up text blocks for the three most frequent reasons of contact.'],
    [
      'acw.watch',
      'Tools that slow down',
      'Watch five wrap-ups together and write down every click that the tool could spare.',
    ],
  ],
  transfer_rate: [
    [
      'transfer.reasons',
      'Not known yet',
      'Look through ten transfers together and sort them: not allowed, not known, or not dared.',
    ],
    [
      'transfer.lesson',
      'Knowledge',
      'Pick the one topic that is passed on most and learn it from whoever receives those calls.',
    ],
    ['transfer.allow', 'Rights', 'Collect the cases in which a permission was missing and ask for it.'],
  ],
  csat: [
    ['csat.read', 'Not known yet', 'Read the last surveys and their contacts together, the good ones first.'],
    ['csat.close', 'Open ends', 'End each contact with what happens next, and by when.'],
    ['csat.feel', 'Not heard', 'Practise saying back the concern in one sentence before solving it.'],
  ],
  quality: [
    ['quality.score', 'Different yardsticks', 'Evaluate one own call each, apart, then compare line by line.'],
    ['quality.one', 'Too much at once', 'Choose a single line of the form for this week and mark it after every call.'],
    ['quality.model', 'No picture of it', 'Listen to one call that got full marks and note three sentences to borrow.'],
  ],
  adherence: [
    [
      'adherence.plan',
      'A schedule that does not fit',
      'Go through the schedule of next week together and move what cannot be kept.',
    ],
    ['adherence.remind', 'Time forgotten', 'Set a reminder two minutes before each planned change.'],
    [
      'adherence.late',
      'Calls over the break',
      'Agree what to do when a call runs into a break, and that it is made up.',
    ],
  ],
  short_share: [
    [
      'short.ask',
      'Not known yet',
      'Ask openly what happens in the shortest calls; listen first, then to five of them together.',
    ],
    ['short.line', 'Line or headset', 'Have headset and line checked before anything else.'],
    [
      'short.pressure',
      'Pressure to be quick',
      'Say plainly that nobody needs to be fast at a customer’s cost, and take handle time out of focus for two weeks.',
    ],
  ],
  fcr: [
    ['fcr.returns', 'Not known yet', 'Follow three customers who came back: what was missing the first time?'],
    ['fcr.next', 'The next question', 'Before closing, answer the question that usually comes next.'],
    ['fcr.promise', 'Promises to others', 'Keep a short list of promises made and look at it at the end of the day.'],
  ],
  conversion: [
    ['conversion.need', 'Offers without a need', 'Ask two questions about the use before any offer.'],
    ['conversion.words', 'Hesitation', 'Write an offer in one’s own words and practise it with a colleague.'],
    ['conversion.timing', 'Wrong moment', 'Offer only after the concern is solved; compare ten calls.'],
  ],
};

const ANY: readonly Step[] = [
  ['any.talk', 'Not known yet', 'Look at the evidence together and ask what the person sees in it.'],
  ['any.beside', 'Not known yet', 'Sit beside a colleague who does this well for half an hour.'],
  ['any.check', 'Keeping at it', 'Meet for ten minutes in a week and look at the same number again.'],
];

const toStep =
  (kpis: string[]) =>
  ([id, cause, text]: Step): PlaybookStep => ({ id, kpis, cause, text });

/** Suggested steps for a KPI by likely cause, those for anything last. */
export const stepsFor = (kpi: string): PlaybookStep[] => [
  ...(Object.hasOwn(BOOK, kpi) ? (BOOK[kpi] ?? []) : []).map(toStep([kpi])),
  ...ANY.map(toStep([])),
];

/** Every step by id. */
export const ALL_STEPS: ReadonlyMap<string, PlaybookStep> = new Map(
  [...Object.entries(BOOK).flatMap(([kpi, steps]) => steps.map(toStep([kpi]))), ...ANY.map(toStep([]))].map((step) => [
    step.id,
    step,
  ]),
);
