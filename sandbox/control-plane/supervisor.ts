import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSpec, SupervisorCommand, SupervisorEvent } from './supervision.ts';

/**
 * Runs as a process of its own, between a control plane and whoever started it. It owns the servers, so that one path ends them whatever
 * ended the owner: when the channel closes (orderly stop, crash, SIGKILL) it stops them, the last started first, removes the folder it was
 * given and goes. Started by supervision.ts only.
 */
const STOP_GRACE_MS = 5_000;
const scratchDirectory = process.argv[2];
const running = new Map<string, ChildProcess>();
let closing = false;

function tell(event: SupervisorEvent): void {
  if (process.connected) process.send?.(event);
}

function start(spec: ProcessSpec): void {
  if (closing) return;
  const log = openSync(spec.logFile, 'a');
  // A group of its own: Ctrl-C in the owner's terminal must not reach the servers before their order of stopping is kept.
  const child = spawn(spec.command, [...spec.args], {
    detached: true,
    stdio: ['ignore', log, log],
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.env === undefined ? {} : { env: spec.env }),
  });
  closeSync(log);
  child.on('error', (error) => tell({ event: 'failed', name: spec.name, message: error.message }));
  if (child.pid === undefined) return; // 'error' tells why
  running.set(spec.name, child);
  if (spec.niceness !== undefined) setPriority(child.pid, spec.niceness);
  tell({ event: 'started', name: spec.name, pid: child.pid });
  child.on('exit', (code, signal) => {
    running.delete(spec.name);
    tell({ event: 'exited', name: spec.name, code, signal });
  });
}

/** SIGTERM, and SIGKILL when that is not heeded in time: an API server whose etcd is gone ignores SIGTERM for ever. */
async function stop(name: string, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const child = running.get(name);
  if (child === undefined) return;
  const exited = new Promise<true>((resolve) => child.once('exit', () => resolve(true)));
  kill(child, signal);
  const grace = new AbortController();
  const inTime = await Promise.race([exited, sleep(graceMs, false, { signal: grace.signal })]);
  grace.abort();
  if (inTime) return;
  kill(child, 'SIGKILL');
  await exited;
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}

async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  for (const name of [...running.keys()].reverse()) await stop(name, 'SIGTERM', STOP_GRACE_MS);
  if (scratchDirectory !== undefined) await rm(scratchDirectory, { recursive: true, force: true });
  process.exit(0);
}

process.on('message', (command: SupervisorCommand) => {
  if (command.do === 'start') start(command.spec);
  else void stop(command.name, command.signal, command.graceMs);
});
process.on('disconnect', () => void close());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void close());
