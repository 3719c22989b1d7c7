import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
/** For an orderly end; then SIGKILL. */
const GRACE_MS = 10_000;
const LOOK_MS = 50;

export interface Ended {
  readonly code: number;
  /** The signal to this process, which ended the command. */
  readonly interruptedBy?: NodeJS.Signals;
}

/**
 * Runs a command with our output, in a process group of its own, and resolves when nothing of the group is left: a tool's workers may be
 * deaf to the end of the tool. A signal that would end this process goes to the whole group instead. Rejects when the command cannot be started.
 */
export async function runAsGroup(command: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = exitOf(child);
  const interruption = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of SIGNALS) process.on(signal, interruption.resolve);
  try {
    const end = await Promise.race([exited, interruption.promise]);
    if (typeof end === 'number') return { code: end };
    await endGroup(child.pid, end);
    return { code: 128 + constants.signals[end], interruptedBy: end };
  } finally {
    for (const signal of SIGNALS) process.off(signal, interruption.resolve);
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

async function endGroup(leader: number | undefined, signal: NodeJS.Signals): Promise<void> {
  if (leader === undefined) return;
  const deadline = performance.now() + GRACE_MS;
  let next: NodeJS.Signals = signal;
  while (signalGroup(leader, next)) {
    next = performance.now() < deadline ? 'SIGCONT' : 'SIGKILL'; // SIGCONT ends nobody: it asks whether anybody is left
    await sleep(LOOK_MS);
  }
}

/** False when nobody is left. */
function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH') return false;
    throw thrown;
  }
}
