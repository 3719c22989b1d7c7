import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const OPERATOR = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(OPERATOR, '../docs/reference/metrics.md'), 'utf8');

const NAME = /'((?:trunkline|controller_runtime|workqueue|leader_election|rest_client)_[a-z_]+)'/g;
/** A declaration that stands in one place with its words. */
const DECLARED = /(?:counter|gauge|histogram|observedGauge|observedSeries)\(\s*'([a-z_]+)',\s*'([^']+)'/g;

function sources(): string[] {
  const files = readdirSync(OPERATOR, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(OPERATOR, file), 'utf8'));
}

const ROWS = new Map([...PAGE.matchAll(/^\| `([a-z_]+)` \| [^|]*\| ([^|]+) \|$/gm)].map(([, name = '', meaning = '']) => [name, meaning]));

/** Names and labels that dashboards and alerts of providers are built on; they stay. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  controller_runtime_reconcile_total: ['controller', 'result'],
  controller_runtime_reconcile_time_seconds: ['controller'],
  workqueue_depth: ['name'],
  workqueue_adds_total: ['name'],
  workqueue_retries_total: ['name'],
  leader_election_master_status: ['name'],
  trunkline_customer_info: ['customer'],
  trunkline_customer_deploy_status: ['customer', 'status'],
  trunkline_condition: ['kind', 'namespace', 'name', 'type', 'status'],
  trunkline_verification_check: ['customer', 'check'],
  trunkline_license_acquired: ['customer'],
  trunkline_client_secret_expiry_timestamp_seconds: ['customer'],
  trunkline_sbc_up: ['sbc'],
  trunkline_sbc_active_alarms: ['sbc', 'severity'],
  trunkline_external_requests_total: ['system', 'operation', 'code'],
  trunkline_external_request_duration_seconds: ['system', 'operation'],
  trunkline_throttled_total: ['system', 'target'],
  trunkline_changes_total: ['system', 'action', 'result'],
  trunkline_drift_objects: [],
  trunkline_onboarding_step_seconds: ['step'],
};

const LABELS = new Map(
  [...PAGE.matchAll(/^\| `([a-z_]+)` \| ([^|]*)\|/gm)].map(([, name = '', labels = '']) => [
    name,
    labels.split(',').map((one) => one.trim()),
  ]),
);

describe('the reference of metrics', () => {
  it.each(Object.entries(PROMISED))('%s is exported with its labels', (name, labels) => {
    expect(LABELS.get(name)).toEqual(expect.arrayContaining([...labels]));
  });

  it('names exactly the metrics that are exported', () => {
    const exported = sources().flatMap((source) => [...source.matchAll(NAME)].map(([, name]) => name));
    expect([...new Set(exported)].sort()).toEqual([...ROWS.keys()].sort());
  });

  it('says of each what its help says', () => {
    const declared = sources().flatMap((source) => [...source.matchAll(DECLARED)]);
    expect(declared.length).toBeGreaterThan(ROWS.size / 2);
    for (const [, name = '', help = ''] of declared) expect(`${name}: ${ROWS.get(name)}`).toContain(`${name}: ${help}`);
  });
});
