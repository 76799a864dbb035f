// What answers may hold, field by field. A field that is not here fails the suite until somebody put it here.
const LIST = 'next position';
const WINDOW = 'window{name from to}';
const MARKS = 'marks{*}';
const HELD = 'held{guard value bound}';
const PERSON = 'person{id name team}';
const KPI = 'kpi{id name unit better}';
const PERFORMANCE = `subject name ${WINDOW} position facts{*} score eligible gates[]{kpi mark} sources[]{name lastEventAt}
  kpis[]{id name words unit better value sample interval[] provisional scored ${MARKS} attainment status ${HELD} minSample weight lift}`;
const KPI_ITEM = `id name words source unit better kind value sample minSample{*} controllable guards[]{kpi bound}
  filter{queues[] channels[]} ties caseMix version builtIn effectiveFrom`;
const IMPORT =
  'id file source dryRun state by begunAt toldAt bytes bytesRead read accepted duplicates rejected skipped';
const GRANT = 'id person{id name} by{id name} reward{id name icon} price at reason receipt';
const REDEMPTION = 'id person{id name} reward{id name icon} price at state settledAt receipt';
const ENTRY = `rank subject name team value scored sample interval[] movement gap provisional ${HELD}`;
const FLAG = `id ${PERSON} ${KPI} rule openedAt state closed{at why by reason} guardOf gain answer plan{id state dueOn} receipt
  evidence[]{window from to value sample interval[] mark p beyond}`;
const PLAN = `id ${PERSON} ${KPI} flag by{id name} goal steps[]{id text} dueOn launchedAt acknowledgedAt state settledAt receipt`;
const SIDE = '{from to value sample interval[]}';
const EARNED = '{id at person team badge tier name words}';
const WALL = `device{id name scope place timeZone currency} freshAt position celebrations[]${EARNED}
  scenes[]{id kind seconds view{name measure unit better ${WINDOW} entries[]{subject rank name team value up}
    by goal lanes[]{subject name value people} from more total earned[]${EARNED}
    queues[]{id name offered answered abandoned asa level target status limitMs}}}`;

/** By the address of the GET below `/api/v1/`; whoever is let in sees these fields at most. */
export const FIELDS: Record<string, string> = {
  '/healthz': 'ok',
  '/readyz': 'ok database redis migrated lagSeconds',
  session: `organisation{name timeZone currency} account{email} person{id name team teamName site timeZone} roles[] sees[]{id name} demo`,
  'account/sessions': `items[]{id browser createdAt seenAt current} ${LIST}`,
  organisation: 'name timeZone currency position',
  'people/:id/looks': `items[]{viewer{kind id name} noun hour at times} ${LIST}`,
  sites: `items[]{id name timeZone} ${LIST}`,
  teams: `items[]{id name site supervisor} ${LIST}`,
  queues: `items[]{id name site serviceLevelMs shortMs abandonShortMs} ${LIST}`,
  people: `items[]{id name roles[] team startedOn} ${LIST}`,
  'people/:id': 'id name roles[] team startedOn position',
  unmapped: `items[]{source agent events firstAt lastAt} ${LIST}`,
  sources: `items[]{name firstAt lastEventAt lastReceivedAt accepted backfill} ${LIST}`,
  mappings: `items[]{name description} ${LIST}`,
  imports: `items[]{${IMPORT}} ${LIST}`,
  'imports/:id': `${IMPORT} problem report{dryRun read accepted duplicates rejected skipped position refused[]{line reason row}
    sample[]{line row events[]{type time data{*}}} agents{named unknown[]}}`,
  kpis: `items[]{${KPI_ITEM}} ${LIST}`,
  'kpis/:id': `${KPI_ITEM} position`,
  'kpis/:id/versions': `items[]{${KPI_ITEM} saidAt by until} ${LIST}`,
  'targets/versions': `items[]{kpi floor target stretch low high tolerance version effectiveFrom saidAt by until} ${LIST}`,
  'scorecards/:role/versions': `items[]{role kpis[]{kpi weight} gates[]{kpi mark} version effectiveFrom saidAt by until} ${LIST}`,
  targets: `items[]{kpi person floor target stretch low high tolerance version effectiveFrom} ${LIST}`,
  scorecards: `items[]{role kpis[]{kpi weight} gates[]{kpi mark} version effectiveFrom} ${LIST}`,
  'scorecards/:role': 'role kpis[]{kpi weight} gates[]{kpi mark} version effectiveFrom position',
  'people/:id/performance': PERFORMANCE,
  'teams/:id/performance': PERFORMANCE,
  'queues/:id/performance': PERFORMANCE,
  'sites/:id/performance': PERFORMANCE,
  'people/:id/trends': `items[]{kpi step from values[]} ${LIST}`,
  'teams/:id/people': `team{id name} ${WINDOW} columns[]{id name words unit better} ${LIST} items[]{subject name startedOn score
    eligible gates lastAt kpis[]{id value sample needs provisional attainment status ${HELD} weight}}`,
  receipts: `subject measure ${WINDOW} position value sentence definition{id version text} target{version of ${MARKS}} facts{*}
    sample interval[] shrinkage{n m0 n0 from} steps[]{label formula filled result digits}
    tests[]{of kpi label side mark exact{successes n chance p} interval[] formula filled speaks} exclusions[]{why count}
    events[]{position source id type time facts{*} corrected} eventsTotal next`,
  ledger: 'accounts[]{account balance} transfers sum chain position',
  'points/rules': `items[]{id version window words} ${LIST}`,
  'people/:id/points': `person balance earnedToday earnedThisWeek items[]{id at kind amount balanceAfter words cause receipt
    about{reward window zone from to badge tier rule score}} ${LIST}`,
  rewards: `items[]{id name words icon price stock visible left} ${LIST}`,
  grants: `items[]{${GRANT}} ${LIST}`,
  'grants/budget': 'month most spent left',
  redemptions: `items[]{${REDEMPTION}} ${LIST}`,
  boards: `items[]{id measure window unit scopes[] mode n name} kept[] ${LIST}`,
  'boards/:id': `board about{measure name unit better mode scope subjectKind} ${WINDOW} position entries[]{${ENTRY}} total
    me{${ENTRY}} benchmark{target best peerAverage peers} next`,
  flags: `items[]{${FLAG}} ${LIST}`,
  'flags/:id': `${FLAG} position`,
  coaching: `items[]{${PLAN}} flags[]{${FLAG}} ${LIST}`,
  'coaching/:id': `${PLAN} effect{before${SIDE} since${SIDE} days[]{from value since} target movement} position`,
  playbooks: `items[]{id kpis[] cause text} ${LIST}`,
  badges: `items[]{id version name words art period when tiers[]{tier words points}} ${LIST}`,
  'people/:id/badges': `person items[]{badge name words art period tier counts{*} earned[]{tier period at points celebrate receipt}
    next{tier value goal unit progress standing words}} ${LIST}`,
  devices: `items[]{id name scope createdAt revokedAt lastSeenAt yours} ${LIST}`,
  'devices/:id/scenes': `items[]{kind board window seconds by} ${LIST}`,
  'devices/:id/wall': WALL,
  wall: WALL,
  keys: `items[]{id name scopes[] createdAt revokedAt madeBy lastUsedAt} ${LIST}`,
  accounts: `items[]{person email state signedInAt invitedUntil} ${LIST}`,
  audit: `items[]{number actor act object actorName objectName at} chain ${LIST}`,
};

/** What only those see who manage people. */
export const OF_MANAGERS: Record<string, string> = {
  people: 'items[]{email identities[]{source agent from to}}',
  'people/:id': 'email identities[]{source agent from to}',
};

/** Of the topics, by noun: the body of the matching GET. */
export const OF_TOPICS: Record<string, string> = {
  person: PERFORMANCE,
  team: PERFORMANCE,
  members: FIELDS['teams/:id/people'] as string,
  points: FIELDS['people/:id/points'] as string,
  rewards: `grants[]{${GRANT}} redemptions[]{${REDEMPTION}} position`,
  board: FIELDS['boards/:id'] as string,
  badges: FIELDS['people/:id/badges'] as string,
  source: 'source{name firstAt lastEventAt lastReceivedAt accepted backfill} position',
  flags: FIELDS.flags as string,
  coaching: FIELDS.coaching as string,
  wall: WALL,
};

/** A list written as above, as the paths that `fieldsOf` finds. What may hold fields may also be null or empty. */
export function pathsIn(list: string): Set<string> {
  const paths = new Set<string>();
  const above: string[] = [];
  let last = '';
  for (const [token] of list.matchAll(/[^\s{}]+|[{}]/g)) {
    if (token === '{') above.push(last);
    else if (token === '}') above.pop();
    else {
      last = above.length > 0 ? `${above.at(-1)}.${token}` : token;
      for (const path of [last, last.replace(/\[\]$/, '')]) paths.add(path);
    }
  }
  return paths;
}
