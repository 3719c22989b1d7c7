import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import type { ClusterAccess } from '../../sandbox/control-plane/cluster.ts';
import { type ControlPlane, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The control plane that the whole run shares. */
    controlPlane: ClusterAccess;
  }
}

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));

/**
 * Projects load this file each for itself but in one process: the holder is on the process, so that one run has one control plane
 * however many projects it has.
 */
interface Shared {
  users: number;
  readonly started: Promise<ControlPlane>;
}

const HOLDER = Symbol.for('trunkline.test.control-plane');
const holder = globalThis as { [HOLDER]?: Shared | undefined };

/** Starts the control plane of the run, with our CRDs and the audit log on. A missing binary fails the run: no test is skipped. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = holder[HOLDER] ?? { users: 0, started: startControlPlane({ crds: CRDS, auditLog: true }) };
  holder[HOLDER] = shared;
  shared.users += 1;
  const plane = await shared.started;
  project.provide('controlPlane', accessOf(plane));
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    holder[HOLDER] = undefined;
    await plane.stop();
  };
}

/** Only data crosses to the workers. */
function accessOf(plane: ControlPlane): ClusterAccess {
  const { kubeconfigPath, adminKubeconfig, server, caPem, version, kubectlPath, helmPath, scratchDirectory, auditLogPath } = plane;
  const access = { kubeconfigPath, adminKubeconfig, server, caPem, version, kubectlPath, helmPath, scratchDirectory };
  return auditLogPath === undefined ? access : { ...access, auditLogPath };
}
