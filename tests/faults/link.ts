import { connect, createServer, type Socket } from 'node:net';

/** A line between two parties that can be broken in all the ways in which lines break. */
export type Link = {
  readonly port: number;
  /** How many answers were cut off so far. */
  readonly cuts: number;
  /** The next answer is lost: what was asked has reached the other side, the line is gone. */
  cutNext(): void;
  /** Nothing passes any more and nobody is told. Lines of that time stay dead for ever; new ones live when it is over. */
  silence(on: boolean): void;
  /** Answers come so much later, ms. */
  slow(ms: number): void;
  close(): Promise<void>;
};

type Pair = { here: Socket; there: Socket; dead: boolean; due: number };

/** Opens a line on a free loopback port to a port of this machine. */
export async function openLink(to: number): Promise<Link> {
  const pairs = new Set<Pair>();
  let toCut = 0;
  let cuts = 0;
  let silent = false;
  let delay = 0;

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.here.destroy();
    pair.there.destroy();
  };
  const answer = (pair: Pair, chunk: Buffer): void => {
    if (pair.dead) return;
    if (toCut > 0) {
      toCut--;
      cuts++;
      end(pair);
      return;
    }
    const now = performance.now();
    // what comes later never overtakes what is on its way
    pair.due = Math.max(pair.due, now + delay);
    if (pair.due <= now) pair.here.write(chunk);
    else setTimeout(() => pair.dead || pair.here.destroyed || pair.here.write(chunk), pair.due - now);
  };
  const server = createServer((here) => {
    const there = connect(to, '127.0.0.1');
    const pair: Pair = { here, there, dead: silent, due: 0 };
    pairs.add(pair);
    here.on('data', (chunk) => pair.dead || there.write(chunk));
    there.on('data', (chunk) => answer(pair, chunk));
    for (const socket of [here, there]) {
      socket.setNoDelay(true);
      // a dead line does not tell that the other end has gone
      socket.on('close', () => pair.dead || end(pair)).on('error', () => pair.dead || end(pair));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    get cuts() {
      return cuts;
    },
    cutNext: () => {
      toCut = 1;
    },
    silence: (on) => {
      silent = on;
      if (on) for (const pair of pairs) pair.dead = true;
    },
    slow: (ms) => {
      delay = ms;
    },
    close: async () => {
      for (const pair of pairs) end(pair);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
