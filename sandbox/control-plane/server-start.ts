import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess, Supervision } from './supervision.ts';

/** Generous: a start takes seconds, but on a machine that builds at the same time it may take many of them. */
const START_TIMEOUT_MS = 90_000;
const POLL_MS = 25;
const TAIL_LINES = 15;

/** A server that ended or stayed unready; the message has the last lines of its log. */
export class ServerStartError extends Error {
  /** The port was taken between the look and the start: another one may do. */
  readonly portClash: boolean;

  constructor(server: string, what: string, tail: string) {
    super(`${server} ${what}. Last lines of its log:\n${tail}`);
    this.name = 'ServerStartError';
    this.portClash = tail.includes('address already in use');
  }
}

export interface ServerStart {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly isReady: () => Promise<boolean>;
}

/** Starts a server and resolves when it is ready. Throws ServerStartError when it ends before, or is not ready in time. */
export async function startServer(supervision: Supervision, start: ServerStart): Promise<RunningProcess> {
  const { name, command, args, logFile } = start;
  const server = await supervision.run({ name, command, args, logFile });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await start.isReady())) {
    const exit = server.exit();
    if (exit !== undefined)
      throw new ServerStartError(name, `ended (${exit.signal ?? `code ${exit.code}`}) before it was ready`, await tailOf(logFile));
    if (performance.now() > deadline) {
      throw new ServerStartError(name, `was not ready within ${START_TIMEOUT_MS / 1000} s`, await tailOf(logFile));
    }
    await sleep(POLL_MS);
  }
  return server;
}

/** The last lines of a log, whatever its size; a log that was never written says so. */
export async function tailOf(logFile: string, lines: number = TAIL_LINES): Promise<string> {
  try {
    return (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
  } catch (error) {
    return `(no log: ${error instanceof Error ? error.message : String(error)})`;
  }
}
