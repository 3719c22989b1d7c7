import { parseArgs } from 'node:util';
import type { ConsistencyProfile } from './cloud/consistency.ts';

export interface SandboxOptions {
  /** Kubeconfig and context of an existing cluster; neither given: a control plane of our own. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Folders of manifests to apply, in order. */
  readonly examples: readonly string[];
  readonly profile: ConsistencyProfile;
  /** Ends once everything is ready. */
  readonly once: boolean;
  /** Where the operator writes its exchanges with outside systems (HAR 1.2). */
  readonly record?: string;
  /** Where the operator's log goes; absent: a file that goes with the sandbox. */
  readonly log?: string;
  /** How long the examples may take to become ready. */
  readonly timeoutMs: number;
}

export const USAGE = `npm start -- [flags]      (npm run sandbox -- [flags] is the same)

Starts Kubernetes, a Microsoft cloud, two SBCs, DNS and mail on this machine, runs the operator, applies an example, waits until all of
it is ready, and stays until Ctrl-C.

  --once               end as soon as everything is ready: exit code 0, or 1 when it does not get ready
  --examples FOLDER    manifests to apply (default examples/quickstart); may be given several times
  --profile NAME       zero (default): everything outside happens at once; realistic: with the delays of the real services
  --timeout SECONDS    how long the examples may take (default 180)
  --record FILE        write every exchange with outside systems as HAR 1.2, secrets masked
  --log FILE           keep the operator's log there
  --context NAME, --kubeconfig FILE
                       use this cluster instead of a control plane of the sandbox's own
  --help               this text
`;

const DEFAULT_EXAMPLES = 'examples/quickstart';
const DEFAULT_TIMEOUT_S = 180;

/** Reads the flags. `undefined` when help is asked for; throws with the reason when they make no sense. */
export function parseOptions(args: readonly string[]): SandboxOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      examples: { type: 'string', multiple: true },
      profile: { type: 'string', default: 'zero' },
      timeout: { type: 'string', default: String(DEFAULT_TIMEOUT_S) },
      record: { type: 'string' },
      log: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const { kubeconfig, context, record, log } = values;
  return {
    once: values.once,
    examples: values.examples ?? [DEFAULT_EXAMPLES],
    profile: profileOf(values.profile),
    timeoutMs: secondsOf(values.timeout) * 1000,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(record === undefined ? {} : { record }),
    ...(log === undefined ? {} : { log }),
  };
}

function profileOf(text: string): ConsistencyProfile {
  if (text === 'zero' || text === 'realistic') return text;
  throw new RangeError(`--profile is zero or realistic, not ${text}`);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new RangeError(`--timeout is a number of seconds above 0, not ${text}`);
}
