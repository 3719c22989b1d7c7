import { defineConfig } from 'vitest/config';

/** Unit tests stand beside the code; suites that need several real parts live in test/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['operator/**/*.test.ts', 'sandbox/**/*.test.ts', 'crds/**/*.test.ts', 'bench/**/*.test.ts', 'test/gate/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000, // ends what hangs; a busy machine alone makes a property of fast-check take seconds
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/control-plane.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/control-plane.setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
