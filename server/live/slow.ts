import type { TopicMessage } from '#contract/live.ts';
import type { FloorSocket, Io } from './gateway.ts';
import { treatmentOf } from './rules.ts';

const LOOK_MS = 250;

export type Slow = {
  /** Whether so much waits for a client that it is told nothing it asks for either. */
  isFull(socket: FloorSocket): boolean;
  stop(): void;
};
type House = {
  /** The whole state of a room. */
  newest(room: string): TopicMessage | null;
  /** Ends a socket that does not read. */
  cut(socket: FloorSocket): void;
};

/**
 * A client that does not read as fast as it is told: it leaves its rooms (so nothing piles up for it), comes back with
 * the newest state once it has read what waits, and is cut when that takes too long.
 */
export function guardSlow(io: Io, { newest, cut }: House): Slow {
  const since = new Map<string, number>();
  const spared = new Set<string>();
  const look = (): void => {
    const now = performance.now();
    for (const socket of io.sockets.sockets.values()) {
      const { packets, bytes } = waitingFor(socket);
      if (packets === 0 && bytes === 0) {
        since.delete(socket.id);
        if (spared.delete(socket.id)) welcomeBack(socket, newest);
        continue;
      }
      const from = since.get(socket.id) ?? now;
      since.set(socket.id, from);
      const treatment = treatmentOf({ packets, bytes, waitsMs: now - from });
      if (treatment === 'cut') cut(socket);
      else if (treatment === 'spared' && !spared.has(socket.id)) {
        spared.add(socket.id);
        for (const room of socket.data.rooms.values()) void socket.leave(room);
      }
    }
    for (const id of since.keys())
      if (!io.sockets.sockets.has(id)) {
        since.delete(id);
        spared.delete(id);
      }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return {
    isFull: (socket) => treatmentOf({ ...waitingFor(socket), waitsMs: 0 }) !== 'told',
    stop: () => clearInterval(timer),
  };
}

type Engine = { writeBuffer: { data?: { length?: number } }[]; transport: { socket?: { bufferedAmount: number } } };

/** What the engine and the websocket hold because the client does not read. */
function waitingFor(socket: FloorSocket): { packets: number; bytes: number } {
  const { writeBuffer, transport } = socket.conn as unknown as Engine;
  const handed = transport.socket?.bufferedAmount ?? 0;
  return {
    packets: writeBuffer.length,
    bytes: writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), handed),
  };
}

function welcomeBack(socket: FloorSocket, newest: (room: string) => TopicMessage | null): void {
  for (const [topic, room] of [...socket.data.rooms]) {
    const message = newest(room);
    if (message) {
      void socket.join(room);
      socket.emit('topic', message);
    } else {
      // nobody else watched, and the stream has ended: it is to be asked for anew
      socket.data.rooms.delete(topic);
      socket.emit('closed', { topic, code: 'busy' });
    }
  }
}
