import type { Viewer } from '#server/people/may.ts';
import type { FloorSocket, Io, Known, Live } from './gateway.ts';
import { cuts } from './metrics.ts';
import type { Rights } from './rights.ts';

type House = {
  rights: Rights;
  channels: ReadonlyMap<string, Live>;
  viewerOf(headers: Record<string, string | undefined>): Promise<Viewer>;
  leave(socket: FloorSocket, topic: string): void;
};

/** Asks every subscription again; closes sockets without a valid session, or of other roles. Each session is looked up once. */
export function reviewer(io: Io, { rights, channels, viewerOf, leave }: House): () => Promise<void> {
  return async () => {
    const viewers = new Map<string, Promise<Viewer>>();
    for (const socket of io.sockets.sockets.values()) {
      const { headers } = socket.data;
      const credentials = `${headers.authorization}\n${headers.cookie}`;
      const asked = viewers.get(credentials) ?? viewerOf(headers);
      viewers.set(credentials, asked);
      const viewer = await asked;
      if (viewer.kind === 'anonymous') {
        cuts.inc({ reason: 'ended' });
        socket.disconnect(true);
        continue;
      }
      if (rolesOf(viewer) !== rolesOf(socket.data.viewer)) {
        // not `disconnect`, after which a browser stays away: it comes back as who it is now
        cuts.inc({ reason: 'changed' });
        socket.conn.close();
        continue;
      }
      socket.data.viewer = viewer;
      for (const [full, room] of socket.data.rooms) {
        const live = channels.get(room);
        const variant = live && (await rights.of(viewer, live.topic, live.name));
        if (live && variant !== null && room === `${viewer.orgId} ${full} ${variant}`) continue;
        leave(socket, full);
        socket.emit('closed', { topic: full, code: 'forbidden' });
      }
    }
  };
}

const rolesOf = (viewer: Known): string => (viewer.kind === 'account' ? viewer.roles.join() : viewer.kind);
