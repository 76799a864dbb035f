import path from 'node:path';
import { parseArgs } from 'node:util';
import { isTimeZone } from '#server/foundation/zones.ts';

export type Options = {
  file: string;
  source: string | null;
  format: 'queue_log' | null;
  mapping: string | null;
  zone: string | null;
  state: string | null;
  createPeople: boolean;
  dryRun: boolean;
  follow: boolean;
  url: string;
  key: string | null;
  /** The folder from which the import was called; relative paths are meant from there. */
  folder: string;
};

export const USAGE = `npm run import -- FILE --source NAME (--format queue_log | --mapping FILE.json)
  --zone ZONE        reads times without a zone as of this IANA zone
  --create-people    makes a person of every agent that nobody answers for yet
  --dry-run          reads and checks everything, sends nothing
  --follow           (queue_log) keeps reading what is added, across rotation, until Ctrl-C
  --state FILE       (with --follow) where the place in the file is kept
API_KEY is the key; FLOORLIGHT_URL the server, by default this machine's PORT.`;

/** A mistake of whoever started the import, told in plain words and without a stack. */
export class PlainError extends Error {}

/**
 * Reads the command line and the environment.
 * @throws PlainError that says what is wrong
 */
export function readOptions(argv: string[], env: Record<string, string | undefined>): Options {
  const { values, positionals } = parsed(argv);
  const [file, ...rest] = positionals;
  if (!file || rest.length) throw new PlainError(`Name exactly one file.\n${USAGE}`);
  const format = formatOf(values.format);
  if ((format === null) === (values.mapping === undefined))
    throw new PlainError(`Say how to read the file: either --format queue_log or --mapping FILE.json.\n${USAGE}`);
  if (values.follow && format === null) throw new PlainError('--follow works with --format queue_log only.');
  if (values.follow && values['dry-run']) throw new PlainError('--follow and --dry-run do not go together.');
  if (values.zone !== undefined && !isTimeZone(values.zone))
    throw new PlainError(`"${values.zone}" is no time zone; use an IANA name such as Europe/Berlin.`);
  if (!values['dry-run'] && !env.API_KEY)
    throw new PlainError('API_KEY is not set: the import needs a key that may send events.');
  const folder = env.FLOORLIGHT_CWD || process.cwd();
  return {
    file: path.resolve(folder, file),
    source: values.source ?? null,
    format,
    mapping: values.mapping ?? null,
    zone: values.zone ?? null,
    state: values.state === undefined ? null : path.resolve(folder, values.state),
    createPeople: values['create-people'] ?? false,
    dryRun: values['dry-run'] ?? false,
    follow: values.follow ?? false,
    url: urlOf(env),
    key: env.API_KEY ?? null,
    folder,
  };
}

function parsed(argv: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { source: text, format: text, mapping: text, zone: text, state: text } as const;
  const flags = { 'create-people': flag, 'dry-run': flag, follow: flag } as const;
  try {
    return parseArgs({ args: argv, allowPositionals: true, options: { ...options, ...flags } });
  } catch (error) {
    throw new PlainError(`${(error as Error).message}\n${USAGE}`);
  }
}

function formatOf(name: string | undefined): 'queue_log' | null {
  if (name === undefined) return null;
  if (/^(asterisk[-_.])?queue[-_]log$/.test(name)) return 'queue_log';
  throw new PlainError(`There is no format "${name}"; there is queue_log. Any delimited file is read with --mapping.`);
}

function urlOf(env: Record<string, string | undefined>): string {
  const url = env.FLOORLIGHT_URL || `http://127.0.0.1:${env.PORT || 3000}`;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new PlainError(`FLOORLIGHT_URL "${url}" is no http address.`);
  return url.replace(/\/+$/, '');
}
