/**
 * Whether an error says that a server the house needs is away, full or overtaxed: nothing was wrong with what was asked,
 * and it may be asked again. Looks through what libraries wrap around it.
 */
export function isOutage(error: unknown): boolean {
  let at = error as Told | undefined;
  for (let depth = 0; at && depth < DEEPEST; depth++, at = at.cause as Told | undefined)
    if (CODES.test(at.code ?? '') || WORDS.test(at.message ?? '')) return true;
  return false;
}

type Told = { code?: string; message?: string; cause?: unknown };

const DEEPEST = 5;
// of the network; of PostgreSQL: connection, rollback by the server, resources, shutdown or cancel, I/O, left idle too long
const CODES =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|40...|53...|57[0P]..|58030|25P03)$/;
const WORDS =
  /^(Connection (terminated|ended|is closed)|.*\bis not queryable|Query read timeout|timeout (exceeded|expired)|Stream isn't writeable|Command timed out|Reached the max retries per request|Socket (timeout|closed))/i;
