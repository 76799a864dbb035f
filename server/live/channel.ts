import { randomBytes } from 'node:crypto';
import type { SubscribeReply, TopicMessage } from '#contract/live.ts';
import type { Clock } from '#server/foundation/clock.ts';
import { diff } from './patch.ts';

const HISTORY = 64;

export type Body = { position: string };
export type Source = {
  topic: string;
  thinMs: number;
  read(): Promise<Body>;
  emit(message: TopicMessage): void;
  clock: Clock;
};

/**
 * One stream: a topic as one variant of viewers sees it. Numbers its messages, keeps a short history, thins to the
 * newest state and reads that state once for everybody.
 */
export class Channel {
  private epoch = randomBytes(6).toString('base64url');
  private offset = 0;
  private body: Body | null = null;
  private history: { offset: number; delta: unknown }[] = [];
  private reading: Promise<void> | null = null;
  private dirty = false;
  private timer: NodeJS.Timeout | null = null;
  private readAt = 0;
  private restMs = 0;
  private readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  /** A subscriber's beginning: the gap since what it has, or everything. */
  async join(seen: { epoch?: string | undefined; offset?: number | undefined }): Promise<SubscribeReply> {
    if (!this.body) await this.refresh();
    const body = this.body as Body | null;
    if (!body) return { ok: false, code: 'busy' };
    const at = { ok: true as const, epoch: this.epoch, offset: this.offset, position: body.position };
    const deltas = seen.epoch === this.epoch && seen.offset !== undefined ? this.since(seen.offset) : null;
    return deltas ? { ...at, deltas } : { ...at, snapshot: body };
  }

  /** The whole state as a message, for a subscriber that was passed over while it was slow. */
  whole(): TopicMessage | null {
    if (!this.body) return null;
    return { ...this.head(), snapshot: this.body };
  }

  /** Something changed: reads at once when it may, else when its rest is over. */
  touch(): void {
    this.dirty = true;
    if (this.timer || this.reading) return;
    const wait = this.readAt + Math.max(this.source.thinMs, this.restMs) - this.source.clock.now();
    if (wait <= 0) void this.refresh().catch(() => {});
    else {
      this.timer = setTimeout(() => {
        this.timer = null;
        void this.refresh().catch(() => {});
      }, wait);
    }
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.dirty = false;
  }

  private async refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = null;
      if (this.dirty) this.touch();
    });
    await this.reading;
  }

  private async read(): Promise<void> {
    this.dirty = false;
    const started = this.source.clock.now();
    this.readAt = started;
    const next = await this.source.read();
    // a stream that is dear to read rests for longer than it works
    this.restMs = 4 * (this.source.clock.now() - started);
    const before = this.body;
    this.body = next;
    if (!before) return;
    const delta = diff(before, next);
    if (delta === undefined || onlyPosition(delta)) return;
    this.offset++;
    this.history.push({ offset: this.offset, delta });
    if (this.history.length > HISTORY) this.history.shift();
    this.source.emit({ ...this.head(), delta });
  }

  private head() {
    const { position } = this.body as Body;
    return {
      topic: this.source.topic,
      epoch: this.epoch,
      offset: this.offset,
      position,
      at: new Date(this.source.clock.now()).toISOString(),
    };
  }

  /** The deltas after an offset; null when the history does not reach that far back. */
  private since(offset: number): unknown[] | null {
    if (offset > this.offset || offset < this.offset - this.history.length) return null;
    return this.history.filter((entry) => entry.offset > offset).map((entry) => entry.delta);
  }
}

const onlyPosition = (delta: unknown) => Object.keys(delta as object).every((key) => key === 'position');
