import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const READY_MS = 60_000;

/** One process of the product, kept running: killed only by us, and started again until it stands. */
export class Child {
  readonly name: string;
  /** Whatever it did that it must not do, such as ending by itself while it stood. */
  readonly faults: string[] = [];
  private readonly script: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly hear: (line: string) => void;
  private child: ChildProcess | null = null;
  private stands = false;

  constructor(name: string, at: { script: string; env: NodeJS.ProcessEnv; hear: (line: string) => void }) {
    this.name = name;
    this.script = at.script;
    this.env = at.env;
    this.hear = at.hear;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it, as a supervisor would: again when it could not come up because something that it needs is away. */
  async start(): Promise<void> {
    const until = Date.now() + READY_MS;
    while (!(await this.rise())) {
      if (Date.now() > until) throw new Error(`${this.name} does not start`);
      await wait(200);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** kill -9, and waits until it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.stands = false;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  private rise(): Promise<boolean> {
    const child = spawn(process.execPath, [this.script], { env: this.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.child = child;
    lines(child.stderr, this.hear);
    return new Promise((resolve) => {
      lines(child.stdout, (line) => {
        if (!line.includes('is ready')) return;
        this.stands = true;
        resolve(true);
      });
      child.once('exit', (code, signal) => {
        if (this.stands) this.faults.push(`${this.name} ended by itself (${code ?? signal})`);
        this.stands = false;
        resolve(false);
      });
    });
  }
}

/** Keeps the lines of a process in a file. */
export const intoFile =
  (file: string, name: string) =>
  (line: string): void =>
    appendFileSync(file, `${name} ${line}\n`);

function lines(stream: NodeJS.ReadableStream | null, hear: (line: string) => void): void {
  let rest = '';
  stream?.on('data', (chunk) => {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) hear(part);
  });
}
