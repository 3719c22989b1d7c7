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

describe('the reference of metrics', () => {
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
