import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient, TopicMessage } from '../contract/live.ts';

/** Silence after which a connected socket is no longer believed; the server pings more often than this. */
const PATIENCE_MS = 10_000;
const RETURN_MS = 500;
const BUSY_MS = 3_000;

type Ear = {
  message(message: TopicMessage): void;
  closed(code: string): void;
  up(): void;
};

/** The one socket of this tab. Topics listen by name; whoever wants to know about the line itself watches it. */
class Line {
  contactAt: number | null = null;
  #socket: Socket<ServerToClient, ClientToServer> | null = null;
  #ears = new Map<string, Ear>();
  #watchers = new Set<() => void>();
  #token: string | undefined;
  /** How long to wait at first when the line breaks: a random part of what the server asks all to spread over. */
  #returnMs = RETURN_MS;

  /** A device or key token for the handshake, where there is no cookie. Set before the first topic is opened. */
  useToken(token: string | undefined): void {
    this.#token = token;
    this.#socket?.disconnect();
    this.#socket = null;
  }

  get connected(): boolean {
    return this.#socket?.connected ?? false;
  }

  /** Whether the server has been heard within the last seconds. */
  heard(at: number): boolean {
    return this.connected && this.contactAt !== null && at - this.contactAt < PATIENCE_MS;
  }

  /** Opens the line before any topic is asked for, so that its state can be told on every screen. */
  open(): void {
    this.#open();
  }

  listen(topic: string, ear: Ear): void {
    this.#ears.set(topic, ear);
    const socket = this.#open();
    if (socket.connected) ear.up();
  }

  leave(topic: string): void {
    this.#ears.delete(topic);
    if (this.connected) this.#socket?.emit('unsubscribe', { topic });
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  ask(...[message, ack]: Parameters<ClientToServer['subscribe']>): void {
    this.#socket?.emit('subscribe', message, ack);
  }

  #open(): Socket<ServerToClient, ClientToServer> {
    if (this.#socket) return this.#socket;
    const auth = this.#token ? { token: this.#token } : {};
    const socket: Socket<ServerToClient, ClientToServer> = io({
      transports: ['websocket'],
      auth,
      reconnectionDelay: RETURN_MS,
      reconnectionDelayMax: 8000,
    });
    this.#socket = socket;
    socket.on('connect', () => {
      this.#contact();
      socket.io.reconnectionDelay(this.#returnMs);
      for (const ear of this.#ears.values()) ear.up();
    });
    socket.on('disconnect', () => this.#tell());
    socket.io.on('ping', () => this.#contact());
    socket.on('topic', (message) => {
      this.#contact();
      this.#ears.get(message.topic)?.message(message);
    });
    // the server stops: thousands of tabs must not come back in the same moment
    socket.on('leaving', ({ againMs }) => void socket.io.reconnectionDelay(Math.max(RETURN_MS, againMs)));
    socket.on('pace', ({ spreadMs }) => {
      this.#returnMs = RETURN_MS + Math.random() * spreadMs;
      socket.io.reconnectionDelay(this.#returnMs);
    });
    // refused by a server that was there: the library leaves that to us
    socket.on('connect_error', (error: Error & { data?: { retryAfterMs?: number } }) => {
      if (!socket.active && error.message !== 'anonymous')
        setTimeout(() => this.#socket === socket && socket.connect(), error.data?.retryAfterMs ?? BUSY_MS);
    });
    socket.on('closed', ({ topic, code }) => this.#ears.get(topic)?.closed(code));
    return socket;
  }

  #contact(): void {
    this.contactAt = Date.now();
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

export const line = new Line();
