import { isDeepStrictEqual } from 'node:util';
import type { Socket } from 'socket.io-client';
import type { SubscribeReply, TopicMessage } from '../../src/lib/contract/live.ts';
import { merge } from '../../src/lib/live/merge.ts';

/** What one screen shows of one topic: the snapshot with every delta since, and whether any was missed. */
export class Shown {
  gaps = 0;
  readonly topic: string;
  private value: unknown = undefined;
  private epoch = '';
  private offset = 0;

  constructor(topic: string) {
    this.topic = topic;
  }

  begin(reply: SubscribeReply): void {
    if (!reply.ok || !('snapshot' in reply)) throw new Error(`${this.topic}: no snapshot`);
    this.take(reply, reply.snapshot);
  }

  hear(message: TopicMessage): void {
    if ('snapshot' in message) {
      this.take(message, message.snapshot);
      return;
    }
    if (message.epoch !== this.epoch || message.offset !== this.offset + 1) this.gaps++;
    this.take(message, merge(this.value, message.delta));
  }

  /** Whether it shows what a screen that is opened now is given. */
  async isTrue(socket: Socket): Promise<boolean> {
    const reply = (await socket.emitWithAck('subscribe', { topic: this.topic })) as SubscribeReply;
    return reply.ok && 'snapshot' in reply && isDeepStrictEqual(timeless(reply.snapshot), timeless(this.value));
  }

  private take({ epoch, offset }: { epoch: string; offset: number }, value: unknown): void {
    this.epoch = epoch;
    this.offset = offset;
    this.value = value;
  }
}

/** Without what tells when it was read. */
function timeless(value: unknown): unknown {
  const { position: _position, at: _at, ...rest } = value as Record<string, unknown>;
  return rest;
}
