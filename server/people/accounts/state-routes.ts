import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AccountState } from '#contract/people.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '../door.ts';
import { manageAccounts } from '../may.ts';
import { cursorOf, Paging, placeOf } from '../paging.ts';
import { type StateRow, stateRows } from './state-store.ts';

/** How far everybody's way in is; for administrators. */
export async function stateRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const get = { config: { may: manageAccounts }, schema: { querystring: Paging } };
  app.get('/api/v1/accounts', get, async (request) => {
    const { limit, cursor } = request.query;
    const [after] = placeOf(cursor, 'string') ?? [''];
    const rows = await stateRows(ground.db.of(orgOf(request)), orgOf(request), {
      after,
      most: limit + 1,
      now: ground.clock.now(),
    });
    const last = rows[limit - 1];
    return {
      items: rows.slice(0, limit).map(shown),
      next: rows.length > limit && last ? cursorOf(last.person) : null,
      position: String(await ground.log.position(orgOf(request))),
    };
  });
}

const shown = (row: StateRow): AccountState => ({
  person: row.person,
  email: row.email,
  state: stateOf(row),
  signedInAt: instant(row.signedInAt),
  invitedUntil: instant(row.invitedUntil),
});

function stateOf({ disabled, open, invitedUntil }: StateRow): AccountState['state'] {
  if (disabled) return 'disabled';
  if (open) return 'active';
  return invitedUntil === null ? 'lapsed' : 'invited';
}

const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
