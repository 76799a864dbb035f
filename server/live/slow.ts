import type { TopicMessage } from '#contract/live.ts';
import type { FloorSocket, Io } from './gateway.ts';
import { cuts } from './metrics.ts';

const LOOK_MS = 250;
const MOST_QUEUED = 64;
const PATIENCE_MS = 20_000;

/**
 * A client that does not read as fast as it is told: it leaves its rooms (so nothing piles up for it), comes back with
 * the newest state once it has read what waits, and is cut when that takes too long.
 * @param newest the whole state of a room
 */
export function guardSlow(io: Io, newest: (room: string) => TopicMessage | null): () => void {
  const since = new Map<string, number>();
  const look = (): void => {
    const now = performance.now();
    for (const socket of io.sockets.sockets.values()) {
      const queued = waitingFor(socket);
      if (!since.has(socket.id)) {
        if (queued > MOST_QUEUED) {
          since.set(socket.id, now);
          for (const room of socket.data.rooms.values()) void socket.leave(room);
        }
      } else if (queued === 0) {
        since.delete(socket.id);
        welcomeBack(socket, newest);
      } else if (now - (since.get(socket.id) ?? now) > PATIENCE_MS) {
        since.delete(socket.id);
        cuts.inc({ reason: 'slow' });
        socket.disconnect(true);
      }
    }
    for (const id of since.keys()) if (!io.sockets.sockets.has(id)) since.delete(id);
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Packets that the engine holds because the client does not read. */
const waitingFor = (socket: FloorSocket): number =>
  (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;

function welcomeBack(socket: FloorSocket, newest: (room: string) => TopicMessage | null): void {
  for (const room of socket.data.rooms.values()) {
    void socket.join(room);
    const message = newest(room);
    if (message) socket.emit('topic', message);
  }
}
