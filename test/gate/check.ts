import { runSteps } from './runner.ts';
import { STEPS } from './steps.ts';

/** `npm run check`: everything that must hold of the project besides its tests. All steps run, also after a failure; exit code 1 on any. */
process.exitCode = (await runSteps(STEPS)) ? 0 : 1;
