import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A websocket by hand, which may behave as no library lets one behave. */
export type RawSocket = {
  socket: Socket;
  /** What came since it was opened or last asked, while it reads. */
  heard(): string;
  /** Whether the other side has ended it, as far as one can know without reading. */
  isGone(): boolean;
  say(text: string): void;
  /** Bytes as they are. */
  write(bytes: Buffer): void;
  /** Reads no more; what the server tells stays with it. */
  deaf(): void;
  end(): void;
};

/** Opens a websocket to the gateway's engine; nobody has said yet who this is. */
export async function openRaw(url: string): Promise<RawSocket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let gone = false;
  let text = '';
  socket.on('error', () => {
    gone = true;
  });
  socket.on('close', () => {
    gone = true;
  });
  const listen = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
  };
  socket.on('data', listen);
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  const raw: RawSocket = {
    socket,
    heard: () => {
      const all = text;
      text = '';
      return all;
    },
    isGone: () => gone || socket.destroyed,
    say: (words) => void socket.write(frameOf(words)),
    write: (bytes) => void socket.write(bytes),
    deaf: () => {
      socket.off('data', listen);
      socket.pause();
    },
    end: () => socket.destroy(),
  };
  await until(() => text.includes('"sid"') || gone);
  return raw;
}

/** The same, when it has said who it is. */
export async function openKnown(url: string, token: string): Promise<RawSocket> {
  const raw = await openRaw(url);
  raw.heard();
  raw.say(`40${JSON.stringify({ token })}`);
  let text = '';
  await until(() => {
    text += raw.heard();
    return /4[04]\{/.test(text) || raw.isGone();
  });
  return raw;
}

/** A text message as a client sends it: masked, in one frame. */
export function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const long = body.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x81;
  head[1] = 0x80 | (long ? 126 : body.length);
  if (long) head.writeUInt16BE(body.length, 2);
  // a mask of zeros masks nothing
  return Buffer.concat([head, body]);
}

/** Waits for what holds, looking at every turn of the loop. @throws Error when it does not within a while */
export async function until(holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const started = Date.now();
  while (!(await holds())) {
    if (Date.now() - started > ms) throw new Error(`did not hold within ${ms} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
