import { type BuiltIn, COUNTED, perWindow, RATED, REVIEWED, SURVEYED } from './words.ts';

const CUSTOMARY = 'One of the five variants in use, as Call Centre Helper and ICMI list them';

const share = { unit: 'share', better: 'higher', kind: 'proportion', controllable: false } as const;

function serviceLevel(
  id: string,
  name: string,
  rest: { words: string; value: string; sample: string; source?: string },
): BuiltIn {
  return { id, name, ...share, minSample: perWindow(RATED), source: `${CUSTOMARY}.`, ...rest };
}

const ANSWERED = { value: 'answered_in_sl / answered', sample: 'answered' };

const QUEUE_KPIS: BuiltIn[] = [
  {
    id: 'asa',
    name: 'Average speed of answer',
    words: 'How long the answered customers waited for their answer, on average.',
    source: 'COPC: the wait of the answered over the answered, ringing included.',
    unit: 'ms',
    better: 'lower',
    kind: 'mean',
    value: 'answer_wait_ms / answered',
    sample: 'answered',
    minSample: perWindow(COUNTED),
    controllable: false,
  },
  serviceLevel('service_level', 'Service level', {
    words:
      'The share of contacts answered within the limit of the queue. The organisation chooses the variant by defining this KPI; until it does, it is the share of the answered.',
    source: 'Genesys Cloud counts the answered by default.',
    ...ANSWERED,
  }),
  serviceLevel('service_level_answered', 'Service level of the answered', {
    words: 'Of the contacts answered, the share answered within the limit of the queue.',
    ...ANSWERED,
  }),
  serviceLevel('service_level_offered', 'Service level of the offered', {
    words:
      'Of all contacts offered, the share answered within the limit of the queue. Whoever gave up counts against it.',
    value: 'answered_in_sl / offered',
    sample: 'offered',
  }),
  serviceLevel('service_level_less_sl', 'Service level less early abandons', {
    words: 'The share answered within the limit, of the contacts offered without those who gave up within the limit.',
    value: 'answered_in_sl / (offered - abandoned_in_sl)',
    sample: 'offered - abandoned_in_sl',
  }),
  serviceLevel('service_level_less_short', 'Service level less short abandons', {
    words: 'The share answered within the limit, of the contacts offered without those who gave up almost at once.',
    value: 'answered_in_sl / (offered - abandoned_short)',
    sample: 'offered - abandoned_short',
  }),
  serviceLevel('service_level_met', 'Service level with early abandons', {
    words: 'Of all contacts offered, the share that was answered or gave up within the limit.',
    value: '(answered_in_sl + abandoned_in_sl) / offered',
    sample: 'offered',
  }),
  {
    id: 'abandon_rate',
    name: 'Abandon rate',
    words: 'Of all contacts offered, the share that gave up before an answer.',
    source: 'Genesys Cloud: abandoned over offered; who leaves in the voice menu was never offered.',
    ...share,
    better: 'lower',
    value: 'abandoned / offered',
    sample: 'offered',
    minSample: perWindow(RATED),
  },
  {
    id: 'abandon_rate_less_short',
    name: 'Abandon rate less short abandons',
    words: 'The abandon rate without those who gave up almost at once, above and below the line.',
    source: 'Common in the field; the limit is set for each queue, 5 seconds by default.',
    ...share,
    better: 'lower',
    value: '(abandoned - abandoned_short) / (offered - abandoned_short)',
    sample: 'offered - abandoned_short',
    minSample: perWindow(RATED),
  },
];

const VOICE_KPIS: BuiltIn[] = [
  {
    id: 'csat',
    name: 'Customer satisfaction',
    words: 'Of the customers who answered, the share in the top quarter of the scale: 4 and 5 of five.',
    source: 'The top-two-box share of customer surveys.',
    ...share,
    value: 'csat_top / csat_n',
    sample: 'csat_n',
    minSample: perWindow(SURVEYED),
    controllable: true,
  },
  {
    id: 'csat_mean',
    name: 'Mean satisfaction',
    words: 'The mean answer of the customers, from 0 at the bottom of the scale to 1 at its top.',
    source: 'The averaging variant; every scale is brought to 0 to 1 first.',
    ...share,
    kind: 'mean',
    value: 'csat_sum / (1000 * csat_n)',
    sample: 'csat_n',
    minSample: perWindow(SURVEYED),
    controllable: true,
  },
  {
    id: 'nps',
    name: 'Net promoter score',
    words:
      'The share of customers who answered 9 or 10 less the share who answered 0 to 6, in points from -100 to 100.',
    source: 'The customary net promoter formula; 0 is a detractor.',
    unit: 'nps',
    better: 'higher',
    kind: 'mean',
    value: '100 * (nps_promoters - nps_detractors) / nps_n',
    sample: 'nps_n',
    minSample: perWindow(SURVEYED),
    controllable: true,
  },
  {
    id: 'sentiment',
    name: 'Customer sentiment',
    words:
      'How the customers sounded, on average over the analysed conversations, from -1 to 1. It is about the customer, never about the agent.',
    source: 'The sentiment that the source of the analysis measured.',
    unit: 'number',
    better: 'higher',
    kind: 'mean',
    value: 'sentiment_permille / (1000 * sentiment_n)',
    sample: 'sentiment_n',
    minSample: perWindow(RATED),
    controllable: false,
  },
  {
    id: 'quality',
    name: 'Quality',
    words: 'The points reached in evaluations over the points that were possible; what did not apply is left out.',
    source: 'COPC-style evaluation: points over applicable points, pooled over the evaluations.',
    unit: 'share',
    better: 'higher',
    kind: 'ratio',
    value: 'qa_points / qa_possible',
    sample: 'qa_n',
    minSample: perWindow(REVIEWED),
    controllable: true,
  },
  {
    id: 'conversion',
    name: 'Sales conversion',
    words: 'How many sales were closed for each offer that was made: sales over offers.',
    source: 'Common in the field; one offer may lead to more than one sale.',
    unit: 'share',
    better: 'higher',
    kind: 'ratio',
    value: 'sales / offers',
    sample: 'offers',
    minSample: perWindow(COUNTED),
    controllable: true,
  },
];

/** What customers met: waiting, answers to surveys, evaluations, sales. */
export const SERVICE_KPIS: BuiltIn[] = [...QUEUE_KPIS, ...VOICE_KPIS];
