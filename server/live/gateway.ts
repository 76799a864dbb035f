import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { ClientToServer, ServerToClient, Subscribe, SubscribeReply } from '#contract/live.ts';
import type { Clock } from '#server/foundation/clock.ts';
import type { Touched } from '#server/log/consumer.ts';
import { parseTopic, type Topic, type TopicName } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { inTurns } from './asking.ts';
import { Channel } from './channel.ts';
import { inFlocks } from './flock.ts';
import { liveTopics, sockets, turnedAway } from './metrics.ts';
import { reviewer } from './review.ts';
import { shareRights } from './rights.ts';
import { MOST, spreadOf } from './rules.ts';
import { guardSlow } from './slow.ts';
import { openTurnstile, type Wire } from './turnstile.ts';

/** Over how long the sockets of a process that stops spread their return, at least. */
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
  /** The address of whoever knocks. */
  addressOf(request: IncomingMessage): string;
  /** Whether there is time for sockets and subscriptions now, and after how many seconds to ask again where there is none. */
  admits(): boolean;
  retryAfter(): number;
};

type Seat = {
  viewer: Known;
  headers: Record<string, string | undefined>;
  rooms: Map<string, string>;
};
export type FloorSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, Seat>;
export type Io = Server<ClientToServer, ServerToClient, Record<string, never>, Seat>;
export type Live = { channel: Channel; topic: Topic<Known>; name: TopicName; orgId: number };

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
    maxHttpBufferSize: MOST.message,
    pingInterval: 4_000,
    pingTimeout: 8_000,
    connectTimeout: 5_000,
    // a cookie comes along from any page: only our own may open a socket with it
    allowRequest: (request, answer) => answer(null, !leaving && !doors.isForeign(request.headers)),
  });
  const channels = new Map<string, Live>();
  const rights = shareRights();
  const turnstile = openTurnstile();
  const together = inFlocks();
  let leaving = false;
  const refusal = (code: 'anonymous' | 'busy' | 'too_many'): Error => {
    turnedAway.inc({ code });
    const data = code === 'anonymous' ? {} : { retryAfterMs: 1000 * doors.retryAfter() };
    return Object.assign(new Error(code), { data });
  };
  io.engine.on('connection', (wire: Wire) => turnstile.watch(wire));

  io.use((socket, next) => {
    const headers = headersOf(socket);
    if (!doors.admits()) return next(refusal('busy'));
    const found = together().then(() => doors.viewerOf(headers));
    found.then(
      (viewer) => {
        if (viewer.kind === 'anonymous') return next(refusal('anonymous'));
        if (!turnstile.admits(viewer, doors.addressOf(socket.request))) return next(refusal('too_many'));
        socket.data = { viewer, headers, rooms: new Map() };
        next();
      },
      () => next(refusal('busy')),
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
    if (rooms.size >= MOST.topics && !rooms.has(name.full)) return { ok: false, code: 'too_many' };
    if (!doors.admits()) return { ok: false, code: 'busy' };
    const variant = await rights.of(viewer, topic, name);
    if (variant === null) return { ok: false, code: 'forbidden' };
    // who has gone meanwhile would never leave the room
    if (!socket.connected) return { ok: false, code: 'busy' };
    const room = `${viewer.orgId} ${name.full} ${variant}`;
    if (channels.size >= MOST.streams && !channels.has(room)) return { ok: false, code: 'busy' };
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

  const slow = guardSlow(io, {
    newest: (room) => channels.get(room)?.channel.whole() ?? null,
    cut: (socket) => turnstile.cut(wireOf(socket), 'slow'),
  });
  let paced = 0;
  /** Told whenever it has doubled, so that thousands do not all hear it at every handshake. */
  const pace = (socket: FloorSocket): void => {
    const spreadMs = spreadOf(io.sockets.sockets.size);
    if (spreadMs > 2 * paced || spreadMs < paced / 2) {
      paced = spreadMs;
      io.emit('pace', { spreadMs });
    } else if (paced > 0) socket.emit('pace', { spreadMs: paced });
  };

  io.on('connection', (socket) => {
    const leaveSeat = turnstile.sit(wireOf(socket), socket.data.viewer, doors.addressOf(socket.request));
    const turns = inTurns();
    sockets.inc();
    socket.once('disconnect', () => {
      turns.close();
      sockets.dec();
      leaveSeat();
    });
    pace(socket);
    // an error of our own parser; a client may also send an event of this name
    socket.on('error', (error: unknown) => error instanceof Error && turnstile.cut(wireOf(socket), 'garbage'));
    socket.on('subscribe', (message, ack) => {
      if (typeof ack !== 'function') return;
      const answer = (reply: SubscribeReply): void => {
        const full = reply.ok && slow.isFull(socket);
        if (full) leave(socket, message.topic);
        const given: SubscribeReply = full ? { ok: false, code: 'busy' } : reply;
        if (!given.ok) turnedAway.inc({ code: given.code });
        ack(given);
      };
      turns.take(async () => {
        await together();
        if (turnstile.isCut(wireOf(socket))) return;
        await subscribe(socket, message).then(answer, (error) =>
          answer({ ok: false, code: (error as { code?: string }).code ?? 'busy' }),
        );
      });
    });
    socket.on('unsubscribe', (message, ack) => {
      if (typeof message?.topic === 'string') leave(socket, message.topic);
      if (typeof ack === 'function') ack({ ok: true });
    });
    socket.on('disconnecting', () => {
      for (const topic of [...socket.data.rooms.keys()]) queueMicrotask(() => leave(socket, topic));
    });
  });

  return {
    touched: (orgId, notes) => {
      for (const live of channels.values())
        if (live.orgId === orgId && live.topic.concerns(notes, live.name)) live.channel.touch();
    },
    review: reviewer(io, { rights, channels, viewerOf: doors.viewerOf, leave }),
    counts: () => ({ sockets: io.sockets.sockets.size, topics: channels.size }),
    leave: () => {
      leaving = true;
      const spreadMs = Math.max(RETURN_MS, spreadOf(io.sockets.sockets.size));
      for (const socket of io.sockets.sockets.values())
        socket.emit('leaving', { againMs: Math.round(Math.random() * spreadMs) });
    },
    close: async () => {
      slow.stop();
      for (const { channel } of channels.values()) channel.close();
      await io.close();
    },
  };
}

const wireOf = (socket: FloorSocket): Wire => socket.conn as unknown as Wire;

function headersOf(socket: FloorSocket): Record<string, string | undefined> {
  const { cookie, authorization, origin, host } = socket.handshake.headers;
  const token = socket.handshake.auth?.token;
  return { cookie, origin, host, authorization: typeof token === 'string' ? `Bearer ${token}` : authorization };
}
