// npm run bench [-- NAME ...]: what the house can do on this machine, next to what its parts can do bare in the same run.
// BENCH_EVENTS, BENCH_PEOPLE, BENCH_ROUNDS, BENCH_SECONDS, BENCH_SOCKETS make it longer or shorter; BENCH_SEALED_KEYS, see sealed.ts.
import { boards } from './boards.ts';
import { fanout } from './fanout.ts';
import { floor } from './floor.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { overload } from './overload.ts';
import { pages } from './pages.ts';
import { peer } from './peer.ts';
import type { Servers } from './product.ts';
import { startServers } from './product.ts';
import { rebuild } from './rebuild.ts';
import { scale } from './scale.ts';

const BENCHES: Record<string, (servers: Servers) => Promise<object>> = {
  ingest,
  latency,
  fanout,
  scale,
  rebuild,
  boards,
  pages,
  peer,
  floor,
};
/** Only when they are asked for by name: they take minutes and tell of behaviour, not of speed. */
const BY_NAME: typeof BENCHES = { overload };
const all = { ...BENCHES, ...BY_NAME };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.`);
  process.exit(1);
}

const servers = await startServers();
const found: Record<string, object> = {};
try {
  for (const [name, bench] of Object.entries(asked.length > 0 ? all : BENCHES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(`\n${name}`);
    found[name] = await bench(servers);
    console.log(`  ${JSON.stringify(found[name])}`);
  }
} finally {
  await servers.stop();
}
console.log(`\n${JSON.stringify(found)}`);
