import { defineConfig } from 'vitest/config';

/**
 * Limits end what hangs; none of them is an assertion. On a machine that does much else beside, a test takes many times as long as alone, so
 * they are far off, and here only: what has to be fast says so itself.
 */
const PATIENCE = { testTimeout: 180_000, hookTimeout: 600_000, expect: { poll: { timeout: 60_000 } } };
/** One test or hook of these plays many rounds. */
const LONGER = { testTimeout: 900_000, hookTimeout: 900_000 };
const CONTROL_PLANE = { globalSetup: ['test/support/control-plane.setup.ts'], ...PATIENCE };

/** One file a core, from all of these projects together. */
const BESIDE_EACH_OTHER = { maxWorkers: '100%', sequence: { groupOrder: 1 } };
/** The files share one control plane, and some install, upgrade and remove what the whole cluster has. */
const ONE_AFTER_ANOTHER = { maxWorkers: 1, sequence: { groupOrder: 2 } };
/** A file has an operator, stand-ins and a control plane as processes of their own, and waits for most of its time. */
const TWO_AT_A_TIME = { maxWorkers: 2, sequence: { groupOrder: 3 } };
/** What compares durations has the machine for itself. */
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 4 } };
const COMPARES_DURATIONS = ['test/end-to-end/isolation.test.ts'];

/** Unit tests stand beside the code; suites that need several real parts live in test/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['operator/**/*.test.ts', 'sandbox/**/*.test.ts', 'crds/**/*.test.ts', 'bench/**/*.test.ts', 'test/gate/**/*.test.ts'],
          ...PATIENCE,
          ...BESIDE_EACH_OTHER,
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...PATIENCE, ...BESIDE_EACH_OTHER } },
      { test: { name: 'cluster', include: ['test/cluster/**/*.test.ts'], ...CONTROL_PLANE, ...ONE_AFTER_ANOTHER } },
      {
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          exclude: COMPARES_DURATIONS,
          ...CONTROL_PLANE,
          ...TWO_AT_A_TIME,
          ...LONGER,
        },
      },
      { test: { name: 'end-to-end-alone', include: COMPARES_DURATIONS, ...CONTROL_PLANE, ...ALONE, ...LONGER } },
    ],
  },
});
