/** `application/problem+json`: what every refusal looks like on the wire. */
export type Problem = {
  code: string;
  title: string;
  detail: string;
  status: number;
  errors?: { path: string; message: string }[];
};

/** A page of a list. */
export type Page<T> = { items: T[]; next: string | null; position: string };
