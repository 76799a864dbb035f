import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { frameOf } from './raw-socket.ts';

const RETURN_MS = 500;
const LONGEST_MS = 8_000;
const ASK_AGAIN_MS = 3_000;
const TEXT = 0x1;
const HEAD = 400;

export type Returning = {
  /** When it last had all its topics, epoch ms; null while it has not. */
  wholeSince(): number | null;
  close(): void;
};

/**
 * A socket that behaves as the screens do, and costs next to nothing, so that thousands of them are not held up by
 * whoever plays them: it comes back by itself, spread as the server has told it, and asks for its topics one by one.
 */
export function openReturning(url: string, cookie: string, topics: readonly string[]): Returning {
  const { hostname, port, host } = new URL(url);
  let closed = false;
  let wholeSince: number | null = null;
  let spreadMs = 0;
  let failed = 0;
  let socket: Socket;

  const say = (text: string): void => void socket.write(frameOf(text));
  const ask = (n: number): void => say(`42${n}${JSON.stringify(['subscribe', { topic: topics[n] }])}`);
  const hear = (text: string): void => {
    if (text === '2') say('3');
    else if (text.startsWith('0{')) say('40');
    else if (text.startsWith('40')) ask(0);
    else if (text.startsWith('44')) socket.destroy();
    else if (text.startsWith('43')) answered(text);
    else spreadMs = Number(/^42\["pace",\{"spreadMs":(\d+)/.exec(text)?.[1] ?? spreadMs);
  };
  const answered = (text: string): void => {
    const [, number, ok] = /^43(\d+)\[\{"ok":(true|false)/.exec(text) ?? [];
    const n = Number(number);
    if (ok !== 'true') {
      const own = socket;
      setTimeout(() => own === socket && !own.destroyed && ask(n), ASK_AGAIN_MS);
    } else if (n + 1 < topics.length) ask(n + 1);
    else {
      wholeSince = Date.now();
      failed = 0;
    }
  };
  const open = (): void => {
    const own = connect({ host: hostname, port: Number(port) });
    socket = own;
    own.setNoDelay(true);
    own.on('error', () => {});
    own.on('data', readerOf(hear));
    own.on('close', () => {
      wholeSince = null;
      if (closed) return;
      const again =
        failed === 0 ? RETURN_MS + Math.random() * spreadMs : RETURN_MS * 2 ** failed * (0.5 + Math.random());
      failed++;
      setTimeout(() => closed || open(), Math.min(LONGEST_MS, again));
    });
    own.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nCookie: ${cookie}\r\n\r\n`,
    );
  };
  open();
  return {
    wholeSince: () => wholeSince,
    close: () => {
      closed = true;
      socket.destroy();
    },
  };
}

/** Tells the beginning of each text message that a server sends, after the answer to the upgrade. */
export function readerOf(hear: (beginning: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isUpgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      isUpgraded = true;
      rest = rest.subarray(end + 4);
    }
    for (let frame = frameIn(rest); frame; frame = frameIn(rest)) {
      const { opcode, from, to } = frame;
      if (opcode === TEXT) hear(rest.toString('latin1', from, Math.min(to, from + HEAD)));
      rest = rest.subarray(to);
    }
  };
}

/** The first whole frame of a server, which masks nothing. */
function frameIn(bytes: Buffer): { opcode: number; from: number; to: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] as number) & 0x7f;
  const from = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < from) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return bytes.length < from + length ? null : { opcode: (bytes[0] as number) & 0x0f, from, to: from + length };
}
