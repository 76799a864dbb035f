import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Batch, type Consumer, touched } from '#server/log/consumer.ts';
import type { ToldMapping } from './person-commands.ts';
import { saveMappings, savePersonRows } from './person-store.ts';
import { forgetRoster } from './roster.ts';
import { ALWAYS, FOREVER } from './rules.ts';
import * as store from './store.ts';

/** Writes organisations, sites, teams, queues, people and identities from the log; after a command it finds its work done. */
export const peopleConsumer: Consumer = {
  name: 'people',
  wants: ['organisation.saved', 'site.saved', 'team.saved', 'queue.saved', 'person.saved', 'person.identified'],
  apply: async (batch, tx) => {
    const mine = batch.events.filter((event) => Object.hasOwn(SAVE, event.type));
    for (const run of runsOf(mine)) await SAVE[run[0]?.type as Saved](tx, batch.orgId, run);
    note(batch, mine);
  },
  forget: forgetRoster,
  tables: ['sites', 'teams', 'queues', 'people', 'memberships', 'identities', 'people_versions'],
};

type Saved = 'organisation.saved' | 'site.saved' | 'team.saved' | 'queue.saved' | 'person.saved' | 'person.identified';
type Save = (tx: Tx, orgId: number, events: LoggedEvent[]) => Promise<unknown>;

const SAVE: Record<Saved, Save> = {
  'organisation.saved': (tx, orgId, events) =>
    store.saveOrganisation(tx, orgId, rowOf<store.OrganisationRow>(events[0] as LoggedEvent)),
  'site.saved': (tx, orgId, events) =>
    store.saveSiteRows(
      tx,
      orgId,
      events.map((event) => rowOf<store.SiteRow>(event)),
    ),
  'team.saved': (tx, orgId, events) =>
    store.saveTeamRows(
      tx,
      orgId,
      events.map((event) => rowOf<store.TeamRow>(event)),
    ),
  'queue.saved': (tx, orgId, events) =>
    store.saveQueueRows(
      tx,
      orgId,
      events.map((event) => rowOf<store.QueueRow>(event)),
    ),
  'person.saved': (tx, orgId, events) => savePersonRows(tx, orgId, events.map(personOf)),
  'person.identified': (tx, orgId, events) => saveMappings(tx, orgId, events.map(identifiedOf)),
};

/** Neighbours of one type in which nothing comes twice: each run is one statement, and the order stays. */
function runsOf(events: LoggedEvent[]): LoggedEvent[][] {
  const runs: LoggedEvent[][] = [];
  let seen = new Set<string>();
  for (const event of events) {
    const run = runs.at(-1);
    const names = namesIn(event);
    if (run && run[0]?.type === event.type && !names.some((name) => seen.has(name))) run.push(event);
    else {
      runs.push([event]);
      seen = new Set();
    }
    for (const name of names) seen.add(name);
  }
  return runs;
}

function namesIn({ type, data }: LoggedEvent): string[] {
  if (type === 'organisation.saved') return ['organisation'];
  if (type !== 'person.identified') return [String(data.id)];
  return [String(data.person), ...(data.identities as ToldMapping[]).map((identity) => `\u0000${identity.agent}`)];
}

const rowOf = <Row>(event: LoggedEvent): store.At<Row> => ({ ...(event.data as Row), position: event.position });

function personOf({ data, time, position }: LoggedEvent) {
  const { id, roles, team, startedOn } = data as {
    id: string;
    roles: Role[];
    team: string | null;
    startedOn: string | null;
  };
  return { id, roles, team, startedOn, time, position };
}

function identifiedOf({ data, position }: LoggedEvent) {
  const { person, identities } = data as { person: string; identities: ToldMapping[] };
  const mappings = identities.map(({ source, agent, from = ALWAYS, to = FOREVER }) => ({
    person,
    source,
    agent,
    validFrom: from,
    validTo: to,
  }));
  return { person, position, mappings };
}

function note(batch: Batch, events: LoggedEvent[]): void {
  if (events.length === 0) return;
  const notes = touched(batch);
  notes.definitions = true;
  for (const { type, data } of events) {
    if (type === 'person.saved') notes.people.add(String(data.id));
    if (type === 'person.identified') notes.people.add(String(data.person));
    if (type === 'queue.saved') notes.queues.add(String(data.id));
  }
}
