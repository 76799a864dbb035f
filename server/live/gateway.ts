import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { ClientToServer, ServerToClient, Subscribe, SubscribeReply } from '#contract/live.ts';
import type { Clock } from '#server/foundation/clock.ts';
import type { Touched } from '#server/log/consumer.ts';
import { parseTopic, type Topic, type TopicName } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { Channel } from './channel.ts';
import { cuts, liveTopics, sockets, turnedAway } from './metrics.ts';
import { guardSlow } from './slow.ts';

const MOST_TOPICS = 100;
/** Over how long the sockets of a process that stops spread their return. */
const RETURN_MS = 3_000;

export type Known = Exclude<Viewer, { kind: 'anonymous' }>;
export type Doors = {
  clock: Clock;
  topics: readonly Topic<Known>[];
  /** Who knocks, by the headers or the token of the handshake; anonymous is turned away. */
  viewerOf(headers: Record<string, string | undefined>): Promise<Viewer>;
  /** Told of each topic that was opened. */
  looked(viewer: Known, name: TopicName): void;
  /** Whether a handshake comes from a page of another origin. */
  isForeign(headers: Readonly<Record<string, string | string[] | undefined>>): boolean;
};

type Seat = {
  viewer: Known;
  headers: Record<string, string | undefined>;
  rooms: Map<string, string>;
  lagging: boolean;
};
export type FloorSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, Seat>;
export type Io = Server<ClientToServer, ServerToClient, Record<string, never>, Seat>;
type Live = { channel: Channel; topic: Topic<Known>; name: TopicName; orgId: number };

export type Gateway = {
  /** A commit of the flow: whatever it concerns is read anew and told. */
  touched(orgId: number, notes: Touched): void;
  /** Rights changed: every subscription is asked again; sockets without a valid session, or of other roles, are closed. */
  review(): Promise<void>;
  counts(): { sockets: number; topics: number };
  /** This process stops soon: nobody new is let in, everybody is told when to come back, each at another moment. */
  leave(): void;
  close(): Promise<void>;
};

/** The live window on the house's own HTTP server: websocket only, no deflate, one room per stream. */
export function openGateway(server: HttpServer, doors: Doors): Gateway {
  const io: Io = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    destroyUpgrade: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 16_384,
    pingInterval: 4_000,
    pingTimeout: 8_000,
    connectTimeout: 5_000,
    // a cookie comes along from any page: only our own may open a socket with it
    allowRequest: (request, answer) => answer(null, !leaving && !doors.isForeign(request.headers)),
  });
  const channels = new Map<string, Live>();
  let leaving = false;

  io.use((socket, next) => {
    const headers = headersOf(socket);
    doors.viewerOf(headers).then(
      (viewer) => {
        if (viewer.kind === 'anonymous') return turnAway('anonymous', next);
        socket.data = { viewer, headers, rooms: new Map(), lagging: false };
        next();
      },
      () => turnAway('busy', next),
    );
  });

  const leave = (socket: FloorSocket, topic: string): void => {
    const room = socket.data.rooms.get(topic);
    if (room === undefined) return;
    socket.data.rooms.delete(topic);
    void socket.leave(room);
    if (!io.sockets.adapter.rooms.has(room)) {
      channels.get(room)?.channel.close();
      if (channels.delete(room)) liveTopics.dec();
    }
  };

  const open = (room: string, at: { topic: Topic<Known>; name: TopicName; orgId: number; variant: string }): Live => {
    const known = channels.get(room);
    if (known) return known;
    const channel = new Channel({
      topic: at.name.full,
      thinMs: at.topic.thinMs,
      clock: doors.clock,
      read: () => at.topic.snapshot(at.orgId, at.name, at.variant),
      emit: (message) => void io.to(room).emit('topic', message),
    });
    const live = { channel, topic: at.topic, name: at.name, orgId: at.orgId };
    channels.set(room, live);
    liveTopics.inc();
    return live;
  };

  const subscribe = async (socket: FloorSocket, message: Subscribe): Promise<SubscribeReply> => {
    const name = parseTopic(message?.topic);
    const topic = name && doors.topics.find((one) => one.noun === name.noun);
    if (!name || !topic) return { ok: false, code: 'missing' };
    const { viewer, rooms } = socket.data;
    if (rooms.size >= MOST_TOPICS && !rooms.has(name.full)) return { ok: false, code: 'too_many' };
    const variant = await topic.admit(viewer, name);
    if (variant === null) return { ok: false, code: 'forbidden' };
    const room = `${viewer.orgId} ${name.full} ${variant}`;
    const live = open(room, { topic, name, orgId: viewer.orgId, variant });
    // in the room before the state is taken: what is told meanwhile has a number and cannot be missed
    await socket.join(room);
    rooms.set(name.full, room);
    doors.looked(viewer, name);
    const { epoch, offset } = message;
    return live.channel.join({
      epoch: typeof epoch === 'string' ? epoch : undefined,
      offset: Number.isSafeInteger(offset) ? offset : undefined,
    });
  };

  io.on('connection', (socket) => {
    sockets.inc();
    socket.once('disconnect', () => sockets.dec());
    socket.on('subscribe', (message, ack) => {
      if (typeof ack !== 'function') return;
      const answer = (reply: SubscribeReply) => {
        if (!reply.ok) turnedAway.inc({ code: reply.code });
        ack(reply);
      };
      subscribe(socket, message).then(answer, (error) =>
        answer({ ok: false, code: (error as { code?: string }).code ?? 'busy' }),
      );
    });
    socket.on('unsubscribe', (message, ack) => {
      if (typeof message?.topic === 'string') leave(socket, message.topic);
      if (typeof ack === 'function') ack({ ok: true });
    });
    socket.on('disconnecting', () => {
      for (const topic of [...socket.data.rooms.keys()]) queueMicrotask(() => leave(socket, topic));
    });
  });

  const review = async (): Promise<void> => {
    // many sockets of one viewer watch one topic: each right is asked for once
    const rights = new Map<string, Promise<string | null>>();
    const rightOf = (viewer: Known, { topic, name }: Live): Promise<string | null> => {
      const key = `${JSON.stringify(viewer)} ${name.full}`;
      const known = rights.get(key) ?? topic.admit(viewer, name);
      rights.set(key, known);
      return known;
    };
    for (const socket of io.sockets.sockets.values()) {
      const viewer = await doors.viewerOf(socket.data.headers);
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
        const variant = live && (await rightOf(viewer, live));
        if (live && variant !== null && room === `${viewer.orgId} ${full} ${variant}`) continue;
        leave(socket, full);
        socket.emit('closed', { topic: full, code: 'forbidden' });
      }
    }
  };

  const stopGuard = guardSlow(io, (room) => channels.get(room)?.channel.whole() ?? null);
  return {
    touched: (orgId, notes) => {
      for (const live of channels.values())
        if (live.orgId === orgId && live.topic.concerns(notes, live.name)) live.channel.touch();
    },
    review,
    counts: () => ({ sockets: io.sockets.sockets.size, topics: channels.size }),
    leave: () => {
      leaving = true;
      for (const socket of io.sockets.sockets.values())
        socket.emit('leaving', { againMs: Math.round(Math.random() * RETURN_MS) });
    },
    close: async () => {
      stopGuard();
      for (const { channel } of channels.values()) channel.close();
      await io.close();
    },
  };
}

function turnAway(code: string, next: (error: Error) => void): void {
  turnedAway.inc({ code });
  next(new Error(code));
}

const rolesOf = (viewer: Known): string => (viewer.kind === 'account' ? viewer.roles.join() : viewer.kind);

function headersOf(socket: FloorSocket): Record<string, string | undefined> {
  const { cookie, authorization, origin, host } = socket.handshake.headers;
  const token = socket.handshake.auth?.token;
  return { cookie, origin, host, authorization: typeof token === 'string' ? `Bearer ${token}` : authorization };
}
