import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const Seconds = z.number().positive().max(86_400);
const HttpsUrl = z.url({ protocol: /^https$/ });

/**
 * Every setting that the operator has, as the chart writes it into one file. Unknown keys are errors, since typos otherwise vanish; passwords
 * come from files that Secrets are mounted as, never from this file.
 */
export const ConfigSchema = z.strictObject({
  installation: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 characters of a-z, 0-9 and inner hyphens')
    .describe('part of every ownership marker outside; keep it across clusters'),
  namespace: z.string().min(1).max(63).default('trunkline').describe("the operator's own namespace: lease, open marks, mail templates"),
  watchNamespaces: z.array(z.string().min(1).max(63)).max(1000).default([]).describe('empty means all namespaces'),
  actuation: z.enum(['Active', 'Paused']).default('Active').describe('Paused looks and writes nothing outside'),
  defaults: z
    .strictObject({
      changePolicy: z.enum(['Enforce', 'Report', 'Observe']).default('Enforce').describe('what holds where a spec is silent'),
    })
    .default({ changePolicy: 'Enforce' }),
  provider: z.strictObject({ name: z.string().max(200).default('').describe('as customers read it in mails') }).default({ name: '' }),
  portalUrl: HttpsUrl.refine(
    (url) => new URL(url).pathname.replace(/\/$/, '').endsWith('/authenticate'),
    'must end in /authenticate (S061)',
  )
    .optional()
    .describe('where invited administrators sign in; ends in /authenticate; mails carry it'),
  cloud: z
    .discriminatedUnion('name', [
      z.strictObject({ name: z.enum(['Public', 'USGovernment', 'USGovernmentDoD', 'China']).describe('cloud of the tenants') }),
      z.strictObject({
        name: z.literal('Custom').describe('servers of your own choice, such as the sandbox'),
        login: HttpsUrl,
        graph: HttpsUrl,
        teamsAdmin: HttpsUrl,
        caFile: z.string().optional().describe('PEM file of the authority that signs these servers'),
      }),
    ])
    .default({ name: 'Public' }),
  tenantPollSeconds: Seconds.min(30)
    .default(600)
    .describe('how often a tenant is looked at for drift; a look comes up to a tenth later, never sooner'),
  successorWaitSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(30)
    .describe('how long a removal waits for an object of the same Customer that takes over exactly what goes (a rename); 0: not at all'),
  invitationHours: z
    .number()
    .int()
    .min(1)
    .max(8_760)
    .default(168)
    .describe('how long an Invitation is good for whose spec does not say it'),
  resyncSeconds: Seconds.min(30).default(600).describe('how often an unchanged object is looked at'),
  concurrency: z.number().int().min(1).max(100).default(10).describe('passes at the same time, for each kind'),
  lanes: z
    .strictObject({ inFlight: z.number().int().min(1).max(1000).default(64) })
    .default({ inFlight: 64 })
    .describe('calls to outside systems at the same time, in all'),
  leaderElection: z
    .strictObject({
      enabled: z.boolean().default(true).describe('needed with more than one replica'),
      name: z.string().min(1).max(63).default('trunkline').describe('name of the Lease'),
    })
    .default({ enabled: true, name: 'trunkline' }),
  mail: z
    .strictObject({
      host: z.string().min(1).max(253).describe('mail server; without the whole part no mail is sent'),
      port: z.number().int().min(1).max(65_535).default(587),
      security: z.enum(['StartTls', 'Tls']).default('StartTls').describe('mail never goes out unencrypted'),
      from: z.string().min(3).max(320).describe('sender'),
      username: z.string().max(320).optional(),
      passwordFile: z.string().optional().describe('file with the password'),
      caFile: z.string().optional().describe('PEM file of the authority that signs the mail server'),
      templatesFolder: z.string().optional().describe('templates of the provider; absent: the built-in ones'),
    })
    .optional(),
  server: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: z.number().int().min(0).max(65_535).default(8080).describe('0: any free one'),
    })
    .default({ host: '0.0.0.0', port: 8080 })
    .describe('metrics and probes'),
  metrics: z
    .strictObject({
      perCustomer: z
        .boolean()
        .default(true)
        .describe('series of single customers, sites, ranges and invitations; SBCs and sums are always there'),
      maxSeries: z.number().int().min(100).max(100_000).default(5000).describe('of one metric; what is beyond is left out, and told'),
    })
    .default({ perCustomer: true, maxSeries: 5000 }),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

export type Config = z.infer<typeof ConfigSchema>;

/** Settings that cannot be used; the message lists every problem with its path, rule and remedy, and never a value. */
export class ConfigProblem extends Error {
  constructor(problems: readonly string[], options: ErrorOptions = {}) {
    super(`The configuration cannot be used; correct and start again:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, options);
    this.name = 'ConfigProblem';
  }
}

/** Reads the file once and reports every problem at once. Throws ConfigProblem. */
export function loadConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable';
    throw new ConfigProblem([`${file}: cannot be read (${code}); name the file with --config`], { cause: thrown });
  }
  return parseConfig(text);
}

/**
 * As loadConfig, from text.
 * @internal Exported for its own tests.
 */
export function parseConfig(text: string): Config {
  const document = parseDocument(text);
  // The parser's own messages quote the line, which may hold a value that must not be seen.
  const broken = document.errors.map(({ code, linePos }) => `line ${linePos?.[0].line ?? '?'}: not YAML (${code})`);
  if (broken.length > 0) throw new ConfigProblem(broken);
  const raw = valuesOf(document);
  const parsed = ConfigSchema.safeParse(raw ?? {});
  if (!parsed.success) throw new ConfigProblem(parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`));
  return deepFreeze(parsed.data);
}

function valuesOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (thrown) {
    throw new ConfigProblem(['an alias names no anchor, or the aliases unfold to too much'], { cause: thrown });
  }
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
