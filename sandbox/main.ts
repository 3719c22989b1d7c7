import { setTimeout as sleep } from 'node:timers/promises';
import { guide } from './guide.ts';
import { parseOptions, type SandboxOptions, USAGE } from './options.ts';
import { openSandbox, type Sandbox, type Surroundings } from './sandbox.ts';

/** As shells tell that a signal ended a program. */
const INTERRUPTED = 130;
/** Nobody waits longer for an orderly end. What runs beside then ends by itself: supervision.ts. */
const CLOSE_LIMIT_MS = 60_000;
/** One Ctrl-C arrives twice, from the terminal and from npm; only a later one means "at once". */
const SECOND_SIGNAL_MS = 1000;

const say = (line: string): void => console.log(line);
const elapsed = (): string => `${(performance.now() / 1000).toFixed(1)} s`;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    say(USAGE);
    return 0;
  }
  const closers: (() => Promise<void>)[] = [];
  const interrupted = catchSignals();
  const around: Surroundings = {
    report: (line) => say(`${elapsed().padStart(8)}  ${line}`),
    signal: interrupted,
    onClose: (close) => void closers.push(close),
  };
  try {
    const sandbox = await Promise.race([openSandbox(options, around), untilAborted(interrupted)]);
    return sandbox === undefined ? INTERRUPTED : await live(sandbox, options, interrupted);
  } catch (error) {
    console.error(`\n${messageOf(error)}`);
    return 1;
  } finally {
    say('\nEnding …');
    await Promise.race([closeAll(closers), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }
}

/** Shows what stands; with `--once` that is all, else it stays until it is interrupted or the operator ends. */
async function live(sandbox: Sandbox, options: SandboxOptions, interrupted: AbortSignal): Promise<number> {
  const readyAfter = elapsed();
  await printTables(sandbox);
  say(`\nAll objects are Ready after ${readyAfter}.\n`);
  if (options.once) return 0;
  const { cluster, cloud, namespaces, operatorLog } = sandbox;
  const { kubeconfigPath, kubectlPath } = cluster;
  const { admin, mailbox } = cloud.endpoints;
  say(guide({ kubeconfigPath, kubectlPath, namespaces, admin, mailbox, operatorLog }));
  const ended = await Promise.race([sandbox.operatorEnded, untilAborted(interrupted)]);
  if (ended === undefined) return 0;
  throw new Error(`the operator has ended. The end of its log:\n${ended}`);
}

/** What `kubectl get` prints, to the letter. */
async function printTables({ cluster, namespaces }: Sandbox): Promise<void> {
  for (const namespace of namespaces) {
    const { stdout } = await cluster.kubectl(['get', 'trunkline', '--namespace', namespace]);
    say(`\n$ kubectl get trunkline -n ${namespace}\n${stdout.trimEnd()}`);
  }
}

function catchSignals(): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > SECOND_SIGNAL_MS) process.exit(INTERRUPTED);
      controller.abort(new Error(`interrupted by ${name}`));
    });
  }
  return controller.signal;
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** The last started first: the operator lets go of its lease while the API server is still there. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error: unknown) => say(`while ending: ${messageOf(error)}`));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let code = 1;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  console.error(`\n${messageOf(error)}`);
}
process.exit(code); // connections kept alive must not hold up the end
