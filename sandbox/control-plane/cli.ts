import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { prepareBinaries } from './binaries.ts';
import { openCluster } from './connect.ts';

const USAGE = `node sandbox/control-plane/cli.ts binaries
    Finds, downloads or builds the binaries of the control plane and prints their paths.

node sandbox/control-plane/cli.ts start [--crds PATH] [--audit-log] [--log-directory DIR] [--kubeconfig FILE] [--context NAME]
    Starts a control plane (or, with --kubeconfig or --context, uses that cluster), prints the path of its kubeconfig, and stays
    until it is interrupted.
`;

const report = (line: string): void => console.error(line);

async function printBinaries(): Promise<void> {
  const binaries = await prepareBinaries({ report });
  for (const [name, path] of Object.entries(binaries)) console.log(`${name}\t${path}`);
}

async function start(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      crds: { type: 'string' },
      'audit-log': { type: 'boolean', default: false },
      'log-directory': { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
    },
  });
  const { crds, kubeconfig, context, 'audit-log': auditLog, 'log-directory': logDirectory } = values;
  const startedAt = performance.now();
  const { cluster, close } = await openCluster(
    { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) },
    { report, auditLog, ...(crds === undefined ? {} : { crds }), ...(logDirectory === undefined ? {} : { logDirectory }) },
  );
  report(
    `control plane: Kubernetes ${cluster.version} at ${cluster.server}, ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  if (cluster.auditLogPath !== undefined) report(`control plane: audit log in ${cluster.auditLogPath}`);
  console.log(cluster.kubeconfigPath);
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
  await close();
}

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === 'binaries') await printBinaries();
  else if (command === 'start') await start(args);
  else throw new Error(`unknown command ${command ?? '(none)'}\n\n${USAGE}`);
}

try {
  await main(process.argv.slice(2));
  process.exit(0); // an HTTP connection kept alive must not hold up the end
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
