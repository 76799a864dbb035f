/** The closed catalogue of refusals: whatever a client did, it is answered by one of these. */
const STATUS = { invalid: 400, anonymous: 401, forbidden: 403, missing: 404, conflict: 409, busy: 503 } as const;
const TITLE = {
  invalid: 'The request is not valid',
  anonymous: 'Sign in first',
  forbidden: 'This is not yours to see or do',
  missing: 'There is no such thing',
  conflict: 'This contradicts what is there',
  busy: 'Too busy, try again',
} as const;

export type RefusalKind = keyof typeof STATUS;
export type PathError = { path: string; message: string };

export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly code: string;
  readonly errors: PathError[] | undefined;
  /** A status other than the kind's own, where HTTP has a finer word (413, 415, 429). */
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: RefusalKind, code: string, detail: string, more: RefusalMore = {}) {
    super(detail);
    this.kind = kind;
    this.code = code;
    this.errors = more.errors;
    this.status = more.status ?? STATUS[kind];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }

  get title(): string {
    return TITLE[this.kind];
  }
}

export type RefusalMore = { errors?: PathError[]; status?: number; retryAfterSeconds?: number };

export const invalid = (code: string, detail: string, errors?: PathError[]) =>
  new Refusal('invalid', code, detail, errors ? { errors } : {});
export const tooLarge = (detail: string) => new Refusal('invalid', 'too_large', detail, { status: 413 });
export const unsupported = (detail: string) => new Refusal('invalid', 'media_type', detail, { status: 415 });
export const anonymous = (detail = 'No valid session, key or device token came with the request.') =>
  new Refusal('anonymous', 'anonymous', detail);
export const forbidden = (detail = 'Your role does not reach this far.') =>
  new Refusal('forbidden', 'forbidden', detail);
export const missing = (detail: string) => new Refusal('missing', 'missing', detail);
export const conflict = (code: string, detail: string, errors?: PathError[]) =>
  new Refusal('conflict', code, detail, errors ? { errors } : {});
export const busy = (detail: string, retryAfterSeconds = 1) =>
  new Refusal('busy', 'busy', detail, { retryAfterSeconds });
export const tooMany = (detail: string, retryAfterSeconds: number) =>
  new Refusal('busy', 'too_many', detail, { status: 429, retryAfterSeconds });
