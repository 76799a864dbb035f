// Preloaded into a server (node --import): counts what is asked of PostgreSQL, and tells it when its parent asks.
import pg from 'pg';

let queries = 0;
const texts = new Map();
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function counted(...args) {
  // begin, commit and rollback are asked of the database too
  queries++;
  const text = typeof args[0] === 'string' ? args[0] : (args[0]?.text ?? 'other');
  texts.set(text, (texts.get(text) ?? 0) + 1);
  return query.apply(this, args);
};
process.on('message', (message) => {
  if (message?.kind !== 'queries') return;
  const most = [...texts].sort((a, b) => b[1] - a[1]).slice(0, 12);
  process.send({ kind: 'queries', queries, most });
  queries = 0;
  texts.clear();
});
process.channel?.unref();
