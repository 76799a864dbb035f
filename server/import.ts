import { PlainError, readOptions } from './ingest/import/options.ts';
import { openProgress } from './ingest/import/progress.ts';
import { runImport } from './ingest/import/run.ts';

// Sends a file through the ingest door of a running server; the last line on stdout is the report as JSON.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
process.on('disconnect', () => stop.abort());
process.channel?.unref();

try {
  const options = readOptions(process.argv.slice(2), process.env);
  const report = await runImport(options, openProgress(), stop.signal);
  console.log(JSON.stringify(report));
  if (stop.signal.aborted && !options.follow) process.exitCode = 130;
} catch (error) {
  if (!(error instanceof PlainError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
