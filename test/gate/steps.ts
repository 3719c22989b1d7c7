import { findDockerfileProblems } from './dockerfile.ts';
import { findLeftovers } from './leftovers.ts';
import { findDeadLinks } from './links.ts';
import { findMachineTraces } from './machine-traces.ts';
import { ROOT } from './place.ts';
import { findUnexplainedReasons, findUnusedReasons } from './reasons.ts';
import { findUnknownRows } from './rows.ts';
import { report, rule, type Step, tool } from './runner.ts';
import { findLongFiles } from './size.ts';
import { projectSources } from './sources.ts';

const sources = projectSources();

/** Fastest first. */
export const STEPS: readonly Step[] = [
  rule('no leftovers', () => findLeftovers(sources)),
  rule('no traces of one machine', () => findMachineTraces(sources, ROOT)),
  rule('rows in titles of tests exist', () => findUnknownRows(sources)),
  rule('reasons are explained', () => findUnexplainedReasons(sources)),
  rule('explained reasons are given', () => findUnusedReasons(sources)),
  rule('links between pages', () => findDeadLinks(sources, ROOT)),
  rule('Dockerfile', () => findDockerfileProblems(sources)),
  report('file length', () => findLongFiles(sources)),
  tool('generated files are fresh', 'node', ['crds/generate.ts', '--check']),
  tool('format, lint and direction of dependencies', 'biome', ['check', '--error-on-warnings', '--colors=off', '.']),
  tool('types', 'tsc', ['-p', 'tsconfig.json']),
  tool('dead code', 'knip', ['--no-progress']),
  // Without the tests: what only they use is no part of the product. `@internal` marks what is exported for them on purpose.
  tool('dead code of the product', 'knip', ['--production', '--no-progress', '--include', 'files,exports']),
  tool('promises and switches, with types', 'oxlint', ['--type-aware', '--deny-warnings']),
];
