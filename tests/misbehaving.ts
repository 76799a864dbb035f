// Sockets that do all that one must not, in a process of their own. Arguments: url, key, how many deaf, how many floods.
// Says "there" when all are open, and goes on until it is killed.
import { frameOf, openKnown, openRaw, type RawSocket } from './raw-socket.ts';

const TOPIC = 'board:handling:day';
const [url = '', key = '', many, floods] = process.argv.slice(2);

for (let n = 0; n < Number(many); n++) deaf(await openKnown(url, key), n);
for (let n = 0; n < Number(floods); n++) flood(await openKnown(url, key));
for (let n = 0; n < 5; n++) {
  const long = await openKnown(url, key);
  long.write(announced(10_000_000));
  const rubbish = await openKnown(url, key);
  rubbish.say('4999999-["x"');
  await openRaw(url);
}
console.log('there');

/** Reads nothing from now on and asks for the whole state again and again; some go on answering pings that they do not see. */
function deaf(raw: RawSocket, n: number): void {
  raw.deaf();
  let id = 0;
  const ask = setInterval(() => {
    if (raw.isGone()) return clearInterval(ask);
    raw.say(`42${++id}${JSON.stringify(['unsubscribe', { topic: TOPIC }])}`);
    raw.say(`42${++id}${JSON.stringify(['subscribe', { topic: n % 3 ? TOPIC : 'members:red' }])}`);
  }, 500);
  if (n % 2 === 0) return;
  const pong = setInterval(() => (raw.isGone() ? clearInterval(pong) : raw.say('3')), 3_000);
}

/** Says as much as the line takes. */
function flood(raw: RawSocket): void {
  const words = Buffer.concat(
    Array.from({ length: 200 }, (_, n) => frameOf(`42${n}${JSON.stringify(['subscribe', { topic: TOPIC }])}`)),
  );
  const more = setInterval(() => {
    if (raw.isGone()) clearInterval(more);
    else if (raw.socket.writableLength < 1_000_000) raw.write(words);
  }, 5);
}

/** The head of a frame that says how long it will be. */
function announced(bytes: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}
