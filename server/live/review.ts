import { gather } from '#server/foundation/gather.ts';
import type { Viewer } from '#server/people/may.ts';
import type { FloorSocket, Io, Known, Live } from './gateway.ts';
import { cuts } from './metrics.ts';
import type { Rights } from './rights.ts';

const AT_ONCE = 500;

type House = {
  rights: Rights;
  channels: ReadonlyMap<string, Live>;
  viewerOf(headers: Record<string, string | undefined>): Promise<Viewer>;
  leave(socket: FloorSocket, topic: string): void;
};

/**
 * Asks every subscription again; closes sockets without a valid session, or of other roles. Many are asked about at
 * once, so that whatever they hang on is read for all of them together. Who asks while a review is under way is answered by the next.
 */
export function reviewer(io: Io, house: House): () => Promise<void> {
  const ask = gather<'all', void>(async () => {
    const sockets = [...io.sockets.sockets.values()];
    for (let from = 0; from < sockets.length; from += AT_ONCE)
      await Promise.all(sockets.slice(from, from + AT_ONCE).map((socket) => lookAt(socket, house)));
    return () => undefined;
  });
  return () => ask('all');
}

async function lookAt(socket: FloorSocket, { rights, channels, viewerOf, leave }: House): Promise<void> {
  const viewer = await viewerOf(socket.data.headers);
  if (viewer.kind === 'anonymous') {
    cuts.inc({ reason: 'ended' });
    socket.disconnect(true);
    return;
  }
  if (rolesOf(viewer) !== rolesOf(socket.data.viewer)) {
    // not `disconnect`, after which a browser stays away: it comes back as who it is now
    cuts.inc({ reason: 'changed' });
    socket.conn.close();
    return;
  }
  socket.data.viewer = viewer;
  const lookAtRoom = async ([full, room]: [string, string]): Promise<void> => {
    const live = channels.get(room);
    const variant = live && (await rights.of(viewer, live.topic, live.name));
    if (live && variant !== null && room === `${viewer.orgId} ${full} ${variant}`) return;
    leave(socket, full);
    socket.emit('closed', { topic: full, code: 'forbidden' });
  };
  await Promise.all([...socket.data.rooms].map(lookAtRoom));
}

const rolesOf = (viewer: Known): string => (viewer.kind === 'account' ? viewer.roles.join() : viewer.kind);
