import { SCOPES } from '#contract/words.ts';
import { secret } from '#server/foundation/ids.ts';
import { ensureFlow } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { makeAdministrator } from './accounts/commands.ts';
import { hashOf, SETUP_MS } from './accounts/rules.ts';
import { insertSetupToken } from './accounts/setup-store.ts';
import { insertKey, someAdministrator } from './accounts/store.ts';
import { atDesk, saveSites, tell } from './commands.ts';
import {
  insertOrganisation,
  nextOrganisation,
  type OrganisationRow,
  organisationRows,
  saveOrganisation,
} from './store.ts';

type Standing = Pick<Ground, 'db' | 'log' | 'clock' | 'config'>;

export const FIRST_SITE = { id: 'main', name: 'Main site' } as const;

export type OrganisationWish = Pick<OrganisationRow, 'name'> & Partial<OrganisationRow> & { id?: number };

/** Makes an organisation with its flow and its first site (`main`, in its time zone). @returns its number */
export async function addOrganisation(ground: Standing, wish: OrganisationWish): Promise<number> {
  const { TIME_ZONE, EPOCH } = ground.config;
  const { id, ...given } = wish;
  const row: OrganisationRow = { timeZone: TIME_ZONE, currency: 'EUR', epoch: Date.parse(EPOCH), ...given };
  const orgId = id ?? (await nextOrganisation(ground.db.lobby));
  await ground.db.of(orgId).transaction(async (tx) => {
    await insertOrganisation(tx, orgId, row);
    await ensureFlow(tx, orgId);
  });
  await atDesk(ground, orgId, async (desk) => {
    const { position } = await tell(desk, [{ type: 'organisation.saved', data: row }]);
    await saveOrganisation(desk.tx, orgId, { ...row, position });
    await saveSites(desk, [{ ...FIRST_SITE, timeZone: row.timeZone }]);
  });
  return orgId;
}

/**
 * What a start needs: a first organisation, its `API_KEY`, and a way in for its administrator. Safe to run at every start.
 * @returns `setUp`: the path of the set-up page to print (`/setup?token=...`), null where it is not needed
 */
export async function begin(ground: Ground): Promise<{ orgId: number; setUp: string | null }> {
  const orgId =
    (await organisationRows(ground.db.lobby))[0]?.id ?? (await addOrganisation(ground, { name: 'Floorlight' }));
  await keepFirstKey(ground, orgId);
  return { orgId, setUp: await wayIn(ground, orgId) };
}

/** Makes a link to the set-up page, good once and for a day. @returns its path */
export async function invite({ db, clock }: Pick<Ground, 'db' | 'clock'>, orgId: number): Promise<string> {
  const token = secret();
  await insertSetupToken(db.of(orgId), {
    hash: hashOf(token),
    orgId,
    createdAt: clock.now(),
    expiresAt: clock.now() + SETUP_MS,
  });
  return `/setup?token=${token}`;
}

async function keepFirstKey({ db, clock, config }: Ground, orgId: number): Promise<void> {
  if (!config.API_KEY) return;
  const hash = hashOf(config.API_KEY);
  const id = `env-${hash.slice(0, 8)}`;
  await insertKey(db.of(orgId), orgId, {
    id,
    name: 'API_KEY',
    scopes: [...SCOPES],
    hash,
    createdAt: clock.now(),
    revokedAt: null,
    madeBy: null,
  });
}

async function wayIn(ground: Ground, orgId: number): Promise<string | null> {
  const { db, config } = ground;
  if (await someAdministrator(db.of(orgId), orgId)) return null;
  if (config.ADMIN_EMAIL && config.ADMIN_PASSWORD) {
    await makeAdministrator(ground, orgId, {
      email: config.ADMIN_EMAIL,
      password: config.ADMIN_PASSWORD,
      name: 'Administrator',
    });
    return null;
  }
  // the demo brings log-ins of its own
  if (config.DEMO === 'on') return null;
  return invite(ground, orgId);
}
