import { parseArgs } from 'node:util';
import type { OperatorFlags } from './cli/operator.ts';
import { stopOnSignals } from './cli/shutdown.ts';
import { VERSION } from './cli/version.ts';
import { ConfigProblem } from './config/load.ts';

const USAGE = `trunkline ${VERSION}

usage: trunkline operator --config FILE [options]

  --config FILE            settings (docs/reference/settings.md)
  --kubeconfig FILE        cluster; default: KUBECONFIG, the pod's service account, ~/.kube/config
  --record FILE            record every exchange with outside systems as HAR 1.2, secrets masked
  --actuation MODE         Active or Paused (look, write nothing outside); wins over the settings
  --help, --version
`;

const LINGER_MS = 2000;

/** Exit codes: 0 asked to stop and drained, 1 fatal while running, 2 bad flags or configuration. */
async function main(argv: readonly string[]): Promise<number> {
  const parsed = parse(argv);
  if ('problem' in parsed) return usageError(parsed.problem);
  const { values, positionals } = parsed;
  if (values.version === true) return print(`${VERSION}\n`);
  if (values.help === true) return print(USAGE);
  if (positionals.length !== 1 || positionals[0] !== 'operator') return usageError(`unknown command "${positionals.join(' ')}"`);
  if (values.config === undefined) return usageError('--config is missing');
  const { config, kubeconfig, record, actuation } = values;
  if (actuation !== undefined && actuation !== 'Active' && actuation !== 'Paused') return usageError('--actuation is Active or Paused');
  const flags: OperatorFlags = {
    config,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(record === undefined ? {} : { record }),
    ...(actuation === undefined ? {} : { actuation }),
  };
  // Only now: the usage must not wait for every client library of the operator.
  const { runOperator } = await import('./cli/operator.ts');
  return runOperator(flags, stopOnSignals());
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        kubeconfig: { type: 'string' },
        record: { type: 'string' },
        actuation: { type: 'string' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usageError(problem: string): number {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  return 2;
}

// A state that nobody has thought of is not one to go on in: the pod is restarted instead.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', msg: 'unhandled rejection', name: reason instanceof Error ? reason.name : 'unknown', stack: reason instanceof Error ? reason.stack : undefined })}\n`,
  );
  process.exit(1);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = thrown instanceof ConfigProblem ? 2 : 1;
}
// A write that nobody waits for any more must not keep a process alive that neither leads nor answers probes.
setTimeout(() => process.exit(), LINGER_MS).unref();
