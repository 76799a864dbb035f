import { Agent, request } from 'node:http';

export const KEY = 'fl_faults_0123456789abcdef0123456789abcdef';
/** No answer may take longer. */
export const PATIENCE_MS = 10_000;
/** After so long nobody waits any more, and the request counts as hung. */
const GIVE_UP_MS = 15_000;

/** What came of a call: a status, or none because the connection failed or nobody answered. */
export type Answer = { status: number; body: any; ms: number; failed?: string };

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One call with the API key; never throws. */
export function call(url: string, method: string, body?: unknown): Promise<Answer> {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${KEY}`,
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  };
  const started = performance.now();
  const ms = () => performance.now() - started;
  return new Promise((resolve) => {
    const failed = (why: string) => resolve({ status: 0, body: null, ms: ms(), failed: why });
    const sent = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => failed(error.message));
      response.on('aborted', () => failed('cut off'));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: read(Buffer.concat(chunks)), ms: ms() });
      });
    });
    sent.setTimeout(GIVE_UP_MS, () => sent.destroy(new Error('no answer')));
    sent.on('error', (error) => failed(error.message));
    sent.end(payload);
  });
}

function read(bytes: Buffer): unknown {
  const text = bytes.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
