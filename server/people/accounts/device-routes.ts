import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { type Device, DeviceChange, DeviceWish } from '#contract/wall.ts';
import { Id, Position } from '#contract/words.ts';
import { invalid, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { floorFor, orgOf } from '../door.ts';
import { manageDevices, seeBoards, type Viewer } from '../may.ts';
import { changeDevice, createDevice, revokeDevice } from './device-commands.ts';
import { refuseBeyond } from './device-scope.ts';
import { type DeviceRow, devicePage, deviceRow } from './device-store.ts';

const OfId = z.object({ id: Id });
const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
  cursor: z.string().max(100).optional(),
  after: Position.optional(),
});

/** Screens without a person: which there are, a new one by token, another name or scope, and taking one away. */
export async function deviceRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get('/api/v1/devices', { config: { may: manageDevices }, schema: { querystring: Paging } }, async (request) => {
    const { limit, cursor } = request.query;
    const rows = await devicePage(ground.db.of(orgOf(request)), orgOf(request), {
      after: placeOf(cursor),
      most: limit + 1,
    });
    const shown = rows.slice(0, limit);
    return {
      items: await Promise.all(shown.map((row) => present(ground, request.viewer, row))),
      next: rows.length > limit ? cursorOf(shown.at(-1)) : null,
      position: String(await ground.log.position(orgOf(request))),
    };
  });
  app.post(
    '/api/v1/devices',
    { config: { may: manageDevices }, schema: { body: DeviceWish } },
    async (request, reply) => {
      await refuseBeyond(ground, request.viewer, request.body.scope);
      const { createdAt, ...made } = await createDevice(ground, orgOf(request), request.body);
      return reply.code(201).send({ ...made, createdAt: instant(createdAt) });
    },
  );
  app.put(
    '/api/v1/devices/:id',
    { config: { may: manageDevices }, schema: { params: OfId, body: DeviceChange } },
    async (request) => {
      const orgId = orgOf(request);
      const { id } = request.params;
      await deviceToManage(ground, request.viewer, { orgId, id });
      if (request.body.scope !== undefined) await refuseBeyond(ground, request.viewer, request.body.scope);
      await changeDevice(ground, { orgId, id }, request.body);
      const row = (await deviceRow(ground.db.of(orgId), orgId, id)) as DeviceRow;
      return {
        items: [await present(ground, request.viewer, row)],
        position: String(await ground.log.position(orgId)),
      };
    },
  );
  app.delete(
    '/api/v1/devices/:id',
    { config: { may: manageDevices }, schema: { params: OfId } },
    async (request, reply) => {
      const { id } = await deviceToManage(ground, request.viewer, { orgId: orgOf(request), id: request.params.id });
      await revokeDevice(ground, orgOf(request), id);
      return reply.code(204).send();
    },
  );
}

/** A device that this viewer may change. @throws Refusal missing, or forbidden where its scope is beyond them */
export async function deviceToManage(
  ground: Pick<Ground, 'db'>,
  viewer: Viewer,
  of: { orgId: number; id: string },
): Promise<DeviceRow> {
  const device = await deviceRow(ground.db.of(of.orgId), of.orgId, of.id);
  if (!device) throw missing(`There is no device ${of.id}.`);
  await refuseBeyond(ground, viewer, device.scope);
  return device;
}

const instant = (ms: number): string => new Date(ms).toISOString();

async function present(ground: Pick<Ground, 'db'>, viewer: Viewer, row: DeviceRow): Promise<Device> {
  return {
    ...row,
    createdAt: instant(row.createdAt),
    revokedAt: row.revokedAt === null ? null : instant(row.revokedAt),
    lastSeenAt: row.lastSeenAt === null ? null : instant(row.lastSeenAt),
    yours: await seeBoards(viewer, { scope: row.scope }, floorFor(ground, viewer)),
  };
}

const cursorOf = (row: DeviceRow | undefined): string | null => (row ? `${row.createdAt}-${row.id}` : null);

function placeOf(cursor: string | undefined): { at: number; id: string } {
  if (cursor === undefined) return { at: -1, id: '' };
  const [, at = '', id = ''] = /^(\d{1,15})-([A-Za-z0-9._-]{1,64})$/.exec(cursor) ?? [];
  if (id === '') throw invalid('cursor_malformed', 'This cursor is none of ours.');
  return { at: Number(at), id };
}
