import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandPath, ROOT } from './place.ts';

/** One file of every kind that the folder rules tell apart; none needs to exist. */
const TARGETS = [
  'operator/cli/plan.ts',
  'operator/config/load.ts',
  'operator/api/meta.ts',
  'operator/api/group.ts',
  'operator/api/status-text.ts',
  'operator/api/kinds.ts',
  'operator/api/reasons.ts',
  'operator/api/generated/customer.gen.ts',
  'operator/errors/operator-error.ts',
  'operator/domain/change/plan.ts',
  'operator/domain/numbers/prefix.ts',
  'operator/domain/routing/voice-routing.ts',
  'operator/runtime/clock.ts',
  'operator/runtime/kube.ts',
  'operator/runtime/reconciler.ts',
  'operator/runtime/store.ts',
  'operator/runtime/queue.ts',
  'operator/runtime/kube-client.ts',
  'operator/delivery/lane.ts',
  'operator/controllers/customer/reconciler.ts',
  'operator/integrations/http/client.ts',
  'operator/integrations/entra/port.ts',
  'operator/integrations/entra/tokens.ts',
  'operator/integrations/entra/client.ts',
  'operator/integrations/graph/port.ts',
  'operator/integrations/graph/client.ts',
  'operator/integrations/graph/translate.ts',
  'operator/integrations/sbc/port.ts',
  'operator/integrations/sbc/audiocodes/client.ts',
  'operator/integrations/teams-admin/wire.ts',
  'operator/integrations/dns/port.ts',
  'operator/integrations/mail/driver.ts',
  'operator/portal/app.ts',
  'operator/observability/logger.ts',
  'sandbox/cloud/main.ts',
  'test/support/fake-clock.ts',
  'bench/main.ts',
] as const;

const CLIENTS = ['axios', '@kubernetes/client-node', '@microsoft/microsoft-graph-client', '@azure/msal-node', 'nodemailer'] as const;

type Target = (typeof TARGETS)[number] | (typeof CLIENTS)[number];
const under = (...folders: readonly string[]): readonly Target[] =>
  [...TARGETS, ...CLIENTS].filter((target) => folders.some((folder) => target.startsWith(folder)));

const API = under('operator/api/');
const ERRORS = under('operator/errors/');
const DOMAIN = under('operator/domain/');
const RUNTIME = under('operator/runtime/');
const CONTRACTS = under(...['clock', 'kube', 'reconciler', 'store'].map((name) => `operator/runtime/${name}.ts`));
const HTTP = under('operator/integrations/http/');
const PORTS = TARGETS.filter((target) => target.startsWith('operator/integrations/') && target.endsWith('/port.ts'));
const INTEGRATION = [...ERRORS, ...HTTP, ...under('operator/domain/change/', 'operator/runtime/clock.ts')];
const ITS_LIBRARIES = CLIENTS.filter((name) => name !== '@kubernetes/client-node');
const CONTROLLER = [...DOMAIN, ...API, ...ERRORS, ...under('operator/delivery/'), ...CONTRACTS, ...PORTS];

/** The arrows of the house: what a file of the folder may import. Everything else is refused; libraries stand for their whole kind. */
const MAY_IMPORT: Readonly<Record<string, readonly Target[]>> = {
  'operator/main.ts': under('operator/cli/', 'operator/config/'),
  'operator/cli/operator.ts': [...TARGETS, ...CLIENTS],
  'operator/config/schema.ts': under('operator/config/'),
  'operator/api/conditions.ts': [...API, '@kubernetes/client-node'],
  'operator/errors/kinds.ts': ERRORS,
  'operator/domain/naming/marker.ts': [...DOMAIN, ...API, ...ERRORS],
  'operator/observability/server.ts': [...under('operator/observability/'), ...API, ...ERRORS],
  'operator/runtime/worker.ts': [
    ...RUNTIME,
    ...ERRORS,
    ...under('operator/api/meta.ts', 'operator/api/group.ts', 'operator/api/status-text.ts'),
    '@kubernetes/client-node',
  ],
  'operator/delivery/snapshot.ts': [
    ...under('operator/delivery/', 'operator/domain/change/'),
    ...ERRORS,
    ...under('operator/runtime/clock.ts'),
  ],
  'operator/integrations/graph/driver.ts': [
    ...INTEGRATION,
    ...ITS_LIBRARIES,
    ...under('operator/integrations/graph/', 'operator/integrations/entra/tokens.ts'),
  ],
  'operator/integrations/sbc/audiocodes/driver.ts': [
    ...INTEGRATION,
    ...ITS_LIBRARIES,
    ...under('operator/integrations/sbc/', 'operator/integrations/entra/tokens.ts'),
  ],
  'operator/integrations/dns/driver.ts': [
    ...INTEGRATION,
    ...ITS_LIBRARIES,
    ...under('operator/integrations/dns/', 'operator/runtime/kube.ts'),
  ],
  'operator/integrations/entra/driver.ts': [
    ...INTEGRATION,
    ...ITS_LIBRARIES,
    ...under('operator/integrations/entra/', 'operator/runtime/kube.ts'),
  ],
  'operator/controllers/site-location/plan.ts': [...CONTROLLER, ...under('operator/controllers/')],
  'operator/portal/session.ts': [...CONTROLLER, ...under('operator/portal/')],
  'sandbox/cloud/graph/app.ts': [
    ...TARGETS.filter((target) => !/^operator\/(integrations|controllers|domain|delivery|portal)\//.test(target)),
    ...CLIENTS,
  ],
};

const Verdicts = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string(), start: z.object({ line: z.number() }) }) })),
});

/** `file -> target` for each import that the configuration refuses. */
let refused: ReadonlySet<string>;
let house: string;

function specifierOf(file: string, target: Target): string {
  if (!target.includes('.ts')) return target;
  const path = relative(dirname(file), target);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Own imports of a file, so that none is a target of itself. */
function targetsFor(file: string): readonly Target[] {
  return [...TARGETS, ...CLIENTS].filter((target) => target !== file);
}

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'trunkline-direction-'));
  await cp(join(ROOT, 'biome.json'), join(house, 'biome.json'));
  for (const file of Object.keys(MAY_IMPORT)) {
    await mkdir(join(house, dirname(file)), { recursive: true });
    await writeFile(
      join(house, file),
      targetsFor(file)
        .map((target) => `import '${specifierOf(file, target)}';\n`)
        .join(''),
    );
  }
  const lint = promisify(execFile)(
    commandPath('biome'),
    ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: house, maxBuffer: 64 * 1024 * 1024 },
  );
  const { stdout } = await lint.catch((failed: { stdout: string }) => failed);
  const { diagnostics } = Verdicts.parse(JSON.parse(stdout));
  refused = new Set(diagnostics.map(({ location }) => `${location.path} -> ${targetsFor(location.path)[location.start.line - 1]}`));
});

afterAll(() => rm(house, { recursive: true, force: true }));

describe('the configuration of the linter keeps the direction of the house', () => {
  it.each(Object.keys(MAY_IMPORT))('%s may import exactly what its folder may', (file) => {
    const allowed = new Set<string>(MAY_IMPORT[file]);
    const wrongly = targetsFor(file).filter((target) => refused.has(`${file} -> ${target}`) === allowed.has(target));
    expect(wrongly.map((target) => `${target} is ${allowed.has(target) ? 'refused' : 'let through'}`)).toEqual([]);
  });
});
