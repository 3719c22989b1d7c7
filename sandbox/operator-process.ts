import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tailOf } from './control-plane/server-start.ts';
import type { RunningProcess, Supervision } from './control-plane/supervision.ts';

const OPERATOR = fileURLToPath(new URL('../operator/main.ts', import.meta.url));
/** Longer than the operator's own time for an orderly end (design §5). */
const STOP_GRACE_MS = 30_000;

export interface OperatorOptions {
  /** Unique among the processes of the supervision. */
  readonly name: string;
  readonly configText: string;
  readonly kubeconfigPath: string;
  /** Where the configuration is written. */
  readonly folder: string;
  /** Appended to. */
  readonly logFile: string;
  readonly record?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The operator as a process of its own, as in a cluster. */
export interface OperatorProcess {
  readonly process: RunningProcess;
  /** The last lines of its log. */
  tail(lines?: number): Promise<string>;
  /** Orderly: SIGTERM, and SIGKILL when that is not heeded. */
  stop(): Promise<void>;
  /** As a node that loses power: SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `trunkline operator`; the process never outlives the supervision. */
export async function startOperator(supervision: Supervision, options: OperatorOptions): Promise<OperatorProcess> {
  const { name, configText, kubeconfigPath, folder, logFile, record } = options;
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, `${name}.yaml`);
  await writeFile(configFile, configText, { mode: 0o600 });
  const flags = ['--config', configFile, '--kubeconfig', kubeconfigPath, ...(record === undefined ? [] : ['--record', record])];
  const running = await supervision.run({
    name,
    command: process.execPath,
    args: [OPERATOR, 'operator', ...flags],
    logFile,
    env: { ...cleanEnvironment(), ...options.env },
  });
  return {
    process: running,
    tail: (lines) => tailOf(logFile, lines),
    stop: async () => {
      await supervision.stop(running, { graceMs: STOP_GRACE_MS });
    },
    kill: async () => {
      await supervision.stop(running, { signal: 'SIGKILL', graceMs: 0 });
    },
  };
}

/** Nothing that the user has set for other programs reaches the operator: it has what its files say. */
function cleanEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])));
}
