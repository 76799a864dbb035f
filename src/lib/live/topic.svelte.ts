import type { SubscribeReply, TopicMessage } from '../contract/live.ts';
import { type LineStatus, lineState } from './line-state.svelte.ts';
import { merge } from './merge.ts';
import { line } from './socket.ts';

const RETRY_MS = 3000;

/** A topic as a value that keeps itself true: snapshot, then deltas; a gap or a new epoch asks for the snapshot again. */
export class Topic<Value> {
  value: Value = $state.raw() as Value;
  version = $state('');
  /** When the server last said something about this topic, in epoch ms. */
  heardAt = $state(0);
  refused: string | null = $state(null);
  readonly name: string;
  #epoch: string | null = null;
  #offset = 0;
  /** What came while a question was open; it is heard after the answer. */
  #waiting: TopicMessage[] | null = null;
  #open = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, first: Value) {
    this.name = name;
    this.value = first;
    this.heardAt = Date.now();
  }

  get status(): LineStatus {
    return this.refused ? 'stale' : lineState.status;
  }

  get stale(): boolean {
    return this.status === 'stale' || this.status === 'offline';
  }

  get since(): number {
    return lineState.since;
  }

  open(): void {
    this.#open = true;
    line.listen(this.name, {
      message: (message) => this.#hear(message),
      closed: (code) => this.#refuse(code),
      up: () => this.#ask(),
    });
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#retry);
    line.leave(this.name);
  }

  #ask(afresh = false): void {
    if (!this.#open) return;
    clearTimeout(this.#retry);
    this.#waiting = [];
    if (afresh) this.#epoch = null;
    const known = this.#epoch === null ? {} : { epoch: this.#epoch, offset: this.#offset };
    line.ask({ topic: this.name, ...known }, (reply) => this.#answered(reply));
  }

  #answered(reply: SubscribeReply): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    if (!reply.ok) {
      this.#refuse(reply.code);
      return;
    }
    this.refused = null;
    const patches = 'deltas' in reply ? reply.deltas : null;
    const next = 'deltas' in reply ? reply.deltas.reduce(merge, this.value as unknown) : reply.snapshot;
    this.#take({ ...reply, value: next, changed: patches === null || patches.length > 0 });
    for (const message of waiting) this.#hear(message);
  }

  #hear(message: TopicMessage): void {
    if (this.#waiting) this.#waiting.push(message);
    else if ('snapshot' in message) this.#take({ ...message, value: message.snapshot, changed: true });
    else if (message.epoch !== this.#epoch || message.offset > this.#offset + 1) this.#ask(true);
    else if (message.offset === this.#offset + 1) {
      this.#take({ ...message, value: merge(this.value, message.delta), changed: true });
    }
  }

  #take(state: { epoch: string; offset: number; position: string; value: unknown; changed: boolean }): void {
    this.#epoch = state.epoch;
    this.#offset = state.offset;
    this.version = state.position;
    this.heardAt = Date.now();
    if (state.changed) this.value = state.value as Value;
  }

  #refuse(code: string): void {
    this.refused = code;
    this.#epoch = null;
    if (this.#open && code !== 'forbidden' && code !== 'anonymous')
      this.#retry = setTimeout(() => this.#ask(true), RETRY_MS);
  }
}
