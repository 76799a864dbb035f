import path from 'node:path';
import { z } from 'zod';
import { isRange } from './addresses.ts';
import { isTimeZone } from './zones.ts';

export type Config = z.infer<typeof Environment> & { dataDir: string };

/**
 * Reads the configuration from the environment and checks all of it.
 * @throws Error naming every variable that is wrong, one a line
 */
export function readConfig(env: Record<string, string | undefined>, root: string): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path: [name], message }) => `  ${String(name ?? 'environment')}: ${message}`,
    );
    throw new Error(`The configuration is not valid:\n${lines.join('\n')}`);
  }
  return { ...parsed.data, dataDir: path.resolve(root, parsed.data.DATA_DIR) };
}

const Url = (...schemes: string[]) =>
  z.url({ protocol: new RegExp(`^(${schemes.join('|')})$`), error: `must be a URL (${schemes.join(' or ')})` });
const ROLE_NAMES = ['web', 'flow', 'jobs'] as const;

const Calls = z.coerce
  .number({ error: 'must be a number of calls' })
  .int('must be a whole number')
  .min(1)
  .max(10_000_000);

const Environment = z
  .object({
    PORT: z.coerce
      .number({ error: 'must be a port number' })
      .int('must be a port number')
      .min(0)
      .max(65_535, 'must be a port number')
      .default(3000),
    HOST: z.string().default('127.0.0.1'),
    ORIGIN: Url('https', 'http')
      .transform((url) => new URL(url).origin)
      .optional(),
    DATABASE_URL: Url('postgres', 'postgresql').optional(),
    REDIS_URL: z
      .string()
      .refine((text) => text.split(',').every((one) => Url('redis', 'rediss').safeParse(one.trim()).success), {
        error: 'must be a URL (redis or rediss), or the URLs of some nodes of a cluster, separated by commas',
      })
      .optional(),
    DATA_DIR: z.string().default('.data'),
    DEMO: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    ROLES: z
      .string()
      .default('web,flow,jobs')
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(z.enum(ROLE_NAMES, { error: 'must be a list of web, flow, jobs' })).min(1)),
    ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
    ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').max(1000).optional(),
    API_KEY: z.string().min(24, 'must have at least 24 characters').max(200).optional(),
    TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
    EPOCH: z.iso.date('must be a date such as 1990-01-01').default('1990-01-01'),
    CALLS_PER_MINUTE: Calls.default(1_200),
    KEY_CALLS_PER_MINUTE: Calls.default(60_000),
    ADDRESS_CALLS_PER_MINUTE: Calls.default(30_000),
    TRUSTED_PROXIES: z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((range) => range.trim() || []))
      .pipe(z.array(z.string().refine(isRange, 'must be a list of addresses, ranges such as 10.0.0.0/8, or loopback'))),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .refine((env) => (env.ADMIN_EMAIL === undefined) === (env.ADMIN_PASSWORD === undefined), {
    path: ['ADMIN_EMAIL'],
    message: 'ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither',
  });
