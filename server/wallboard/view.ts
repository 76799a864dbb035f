import type { StoredScene, WallScene, WallView } from '#contract/wall.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { sourceRows } from '#server/ingest/store.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { deviceRow } from '#server/people/accounts/device-store.ts';
import { type Roster, rosterOf, zoneOf } from '#server/people/roster.ts';
import { boardScene, type Told } from './board.ts';
import { queueScene } from './queues.ts';
import { raceScene } from './race.ts';
import { celebrationsOf, recognitionScene } from './recognition.ts';
import { namedScenes, USUAL_SCENES } from './rules.ts';
import { sharing } from './sharing.ts';
import { scenesOf } from './store.ts';

export type WallGround = Pick<Ground, 'db' | 'redis' | 'clock'>;
type At = { orgId: number; scope: string; roster: Roster; now: number };

/**
 * What a screen shows now: all scenes of its rotation with their content, and whom it celebrates.
 * @param chosen scenes to look at before they are saved
 * @throws Refusal missing
 */
export async function wallView(
  ground: WallGround,
  of: { orgId: number; device: string },
  chosen?: StoredScene[],
): Promise<WallView> {
  const { db, clock } = ground;
  const { orgId } = of;
  const device = await deviceRow(db.of(orgId), orgId, of.device);
  if (!device) throw missing('This device is not known any more.');
  const scenes = chosen ?? (await scenesOf(db.of(orgId), orgId, device.id)) ?? USUAL_SCENES;
  const now = clock.now();
  const position = await flowPosition(db.of(orgId), orgId);
  const { id, name, scope } = device;
  const key = JSON.stringify([orgId, scope, scenes]);
  const read = () => bodyOf(ground, { orgId, scope, now, scenes });
  const common = await sharedOf(db)({ key, position, now }, read);
  // read while the boards were behind the log: whoever is told to look again needs them as they are by then
  const body = Number(common.shown.position) < position ? await read() : common;
  return { device: { id, name, scope, ...body.place }, ...body.shown };
}

type Body = {
  place: { place: string; timeZone: string; currency: string };
  shown: Omit<WallView, 'device'>;
};
type Shared = ReturnType<typeof sharing<Body>>;

const shared = new WeakMap<WallGround['db'], Shared>();

function sharedOf(db: WallGround['db']): Shared {
  const known = shared.get(db) ?? sharing<Body>();
  shared.set(db, known);
  return known;
}

/** What all screens of a scope with the same rotation show. */
function bodyOf(
  ground: WallGround,
  { orgId, scope, now, scenes }: { orgId: number; scope: string; now: number; scenes: StoredScene[] },
): Promise<Body> {
  return ground.db.of(orgId).snapshot(async (tx) => {
    const roster = await rosterOf(tx, orgId);
    const at: At = { orgId, scope, roster, now };
    const told: (Told<unknown> & { scene: WallScene })[] = [];
    for (const one of namedScenes(scenes)) told.push(await show({ ground, tx }, at, one));
    const positions = [
      await flowPosition(tx, orgId),
      ...told.flatMap(({ position }) => (position === undefined ? [] : [Number(position)])),
    ];
    return {
      place: { ...placeOf(roster, scope), currency: roster.organisation.currency },
      shown: {
        scenes: told.map(({ scene }) => scene),
        celebrations: await celebrationsOf(tx, at),
        freshAt: newest((await sourceRows(tx, orgId)).map((source) => source.lastEventAt)),
        position: String(Math.min(...positions)),
      },
    };
  });
}

/** The scenes of a screen as they are chosen. */
export const scenesChosen = async (tx: Tx, orgId: number, device: string): Promise<StoredScene[]> =>
  (await scenesOf(tx, orgId, device)) ?? USUAL_SCENES;

type Named = ReturnType<typeof namedScenes>[number];

async function show(
  { ground, tx }: { ground: WallGround; tx: Tx },
  at: At,
  { id, scene }: Named,
): Promise<Told<unknown> & { scene: WallScene }> {
  const told = await viewOf({ ground, tx }, at, scene);
  return { ...told, scene: { id, kind: scene.kind, seconds: scene.seconds, view: told.view } as WallScene };
}

async function viewOf(
  { ground, tx }: { ground: WallGround; tx: Tx },
  at: At,
  scene: StoredScene,
): Promise<Told<unknown>> {
  if (scene.kind === 'board') return boardScene(ground, { orgId: at.orgId, scope: at.scope, scene });
  if (scene.kind === 'team-race') return { view: await raceScene(tx, at, scene.by) };
  if (scene.kind === 'queue-health') return { view: await queueScene(tx, at) };
  return { view: await recognitionScene(tx, at) };
}

function placeOf(roster: Roster, scope: string): { place: string; timeZone: string } {
  const [kind = 'org', id = ''] = scope.split(':');
  const timeZone = zoneOf(roster, { kind: kind as 'org' | 'site' | 'team', id });
  const place = kind === 'site' ? roster.sites.get(id)?.name : kind === 'team' ? roster.teams.get(id)?.name : undefined;
  return { place: place ?? roster.organisation.name, timeZone };
}

const newest = (times: number[]): string | null =>
  times.length > 0 ? new Date(Math.max(...times)).toISOString() : null;
