import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One process to run under the supervisor. `name` is unique among those running. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Output of both streams is appended here. */
  readonly logFile: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Scheduling priority, 0 (as we are) to 19 (last). */
  readonly niceness?: number;
}

export type SupervisorCommand =
  | { readonly do: 'start'; readonly spec: ProcessSpec }
  | { readonly do: 'stop'; readonly name: string; readonly signal: NodeJS.Signals; readonly graceMs: number };

export type SupervisorEvent =
  | { readonly event: 'started'; readonly name: string; readonly pid: number }
  | { readonly event: 'failed'; readonly name: string; readonly message: string }
  | { readonly event: 'exited'; readonly name: string; readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, however that came. */
  readonly exited: Promise<Exit>;
  /** How it ended, undefined while it runs. */
  exit(): Exit | undefined;
}

interface Entry {
  pid: number | undefined;
  readonly onStarted: (pid: number) => void;
  readonly onFailed: (error: Error) => void;
  readonly onExited: (exit: Exit) => void;
}

/**
 * The owner's end of a supervisor process: what is started through it never outlives this process, not even after SIGKILL.
 * `scratchDirectory`, when given, is removed after the last process has ended.
 */
export class Supervision {
  readonly #supervisor: ChildProcess;
  readonly #entries = new Map<string, Entry>();
  readonly #ended: Promise<void>;
  #closing = false;

  constructor(options: { readonly scratchDirectory?: string } = {}) {
    const script = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
    const args = options.scratchDirectory === undefined ? [] : [options.scratchDirectory];
    // A session of its own, for the reason given in supervisor.ts; no execArgv, so that a debugger port is not claimed twice.
    this.#supervisor = fork(script, args, { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#supervisor.on('message', (event: SupervisorEvent) => this.#onEvent(event));
    this.#ended = new Promise((resolve) => {
      this.#supervisor.once('exit', resolve);
      this.#supervisor.once('error', resolve);
    }).then(() => this.#onSupervisorGone());
  }

  /** Rejects when the command cannot be started at all; a start that fails later shows in `exited`. */
  run(spec: ProcessSpec): Promise<RunningProcess> {
    return new Promise((resolve, reject) => {
      let exit: Exit | undefined;
      const exited = Promise.withResolvers<Exit>();
      this.#entries.set(spec.name, {
        pid: undefined,
        onStarted: (pid) => resolve({ name: spec.name, pid, logFile: spec.logFile, exited: exited.promise, exit: () => exit }),
        onFailed: reject,
        onExited: (how) => {
          exit = how;
          exited.resolve(how);
        },
      });
      this.#send({ do: 'start', spec });
    });
  }

  /** Resolves when the process has ended; SIGKILL follows after `graceMs`. */
  async stop(process: RunningProcess, options: { readonly signal?: NodeJS.Signals; readonly graceMs?: number } = {}): Promise<Exit> {
    if (process.exit() === undefined) {
      this.#send({ do: 'stop', name: process.name, signal: options.signal ?? 'SIGTERM', graceMs: options.graceMs ?? 5_000 });
    }
    return process.exited;
  }

  /** Stops everything, the last started first. Resolves when the last process is gone and the scratch folder is removed. Idempotent. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#supervisor.connected) this.#supervisor.disconnect();
    await this.#ended;
  }

  #send(command: SupervisorCommand): void {
    if (!this.#supervisor.connected) throw new Error('the supervisor of the sandbox processes has ended');
    this.#supervisor.send(command);
  }

  #onEvent(event: SupervisorEvent): void {
    const entry = this.#entries.get(event.name);
    if (entry === undefined) return;
    if (event.event === 'started') {
      entry.pid = event.pid;
      entry.onStarted(event.pid);
      return;
    }
    this.#entries.delete(event.name);
    if (event.event === 'failed') entry.onFailed(new Error(event.message));
    else entry.onExited({ code: event.code, signal: event.signal });
  }

  #onSupervisorGone(): void {
    for (const entry of this.#entries.values()) {
      // Somebody killed the supervisor alone: what it left behind would otherwise run for ever.
      if (!this.#closing && entry.pid !== undefined) process.kill(-entry.pid, 'SIGKILL');
      entry.onFailed(new Error('the supervisor of the sandbox processes has ended'));
      entry.onExited({ code: null, signal: 'SIGKILL' });
    }
    this.#entries.clear();
  }
}
