/** The live protocol: what goes over the socket, both ways. */
export type Subscribe = { topic: string; epoch?: string; offset?: number };
export type SubscribeReply =
  | { ok: true; epoch: string; offset: number; position: string; snapshot: unknown }
  | { ok: true; epoch: string; offset: number; position: string; deltas: unknown[] }
  | { ok: false; code: string };

/** A delta is a JSON merge patch (RFC 7396) in which lists are objects keyed by subject. */
export type TopicMessage =
  | { topic: string; epoch: string; offset: number; position: string; at: string; delta: unknown }
  | { topic: string; epoch: string; offset: number; position: string; at: string; snapshot: unknown };
export type TopicClosed = { topic: string; code: string };

/** This server stops: the socket is closed soon, and should come back after so many milliseconds. */
export type Leaving = { againMs: number };

export interface ServerToClient {
  topic: (message: TopicMessage) => void;
  closed: (message: TopicClosed) => void;
  leaving: (message: Leaving) => void;
  /** Over how long to spread coming back, should the line break: each after a random part of it. */
  pace: (message: { spreadMs: number }) => void;
}
export interface ClientToServer {
  subscribe: (message: Subscribe, ack: (reply: SubscribeReply) => void) => void;
  unsubscribe: (message: { topic: string }, ack?: (reply: { ok: boolean }) => void) => void;
}
