import pino, { type DestinationStream, type Logger } from 'pino';

/** The log of a process: one line of JSON each, and nothing of anybody's data in it, whatever an error carries. */
export function openLogger(level: string, to: DestinationStream = pino.destination(2)): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: toldError } }, to);
}

/**
 * What may be told of an error: its kind, code, and where in the code it rose. The message of the driver holds the
 * values of a statement and that of the database the row it stumbled over, so of those only the statement is told.
 */
export function toldError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table, cause } = error as FromDatabase;
  return {
    type: error.name,
    message: reasonOf(error),
    ...(code ? { code } : {}),
    ...(constraint ? { constraint } : {}),
    ...(table ? { table } : {}),
    stack: framesOf(error),
    ...(cause ? { cause: toldError(cause) } : {}),
  };
}

/** Why something failed, in a line that may be kept: the message without the values that came with it. */
export function reasonOf(error: Error): string {
  const { query, code, severity } = error as FromDatabase;
  if (query !== undefined) return `Failed query: ${query.replace(/\s+/g, ' ').slice(0, QUERY_LENGTH)}`;
  return severity === undefined ? error.message : `${severity} ${code} of the database`;
}

type FromDatabase = Error & {
  code?: string;
  constraint?: string;
  table?: string;
  query?: string;
  severity?: string;
};

const QUERY_LENGTH = 200;

/** The stack begins with the message, so only its frames are taken. */
const framesOf = ({ stack }: Error): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
