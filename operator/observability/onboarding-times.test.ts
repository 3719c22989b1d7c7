import { describe, expect, it } from 'vitest';
import type { Condition, KubeObject } from '../api/meta.ts';
import { type OnboardedKind, OnboardingTimes } from './onboarding-times.ts';

type Onboarded = KubeObject<unknown, { readonly conditions?: readonly Condition[] }>;

function site(conditions?: readonly (readonly [type: string, status: Condition['status'], since: string])[]): Onboarded {
  const stated = conditions?.map(([type, status, since]) => ({ type, status, reason: 'Any', message: '', lastTransitionTime: since }));
  return {
    apiVersion: 'trunkline.dev/v1alpha1',
    kind: 'SiteLocation',
    metadata: { name: 'ams', namespace: 'acme', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {},
    ...(stated === undefined ? {} : { status: { conditions: stated } }),
  };
}

/** What was counted after these states followed each other in the cache. */
function counted(states: readonly (Onboarded | undefined)[], counts = true, kind: OnboardedKind = 'SiteLocation'): [string, number][] {
  const found: [string, number][] = [];
  const histogram = (_name: string, _help: string, _buckets: readonly number[], labels: Readonly<Record<string, string>>) => ({
    observe: (seconds: number) => void found.push([labels['step'] ?? '', seconds]),
  });
  const times = new OnboardingTimes({ histogram }, () => counts);
  for (const [index, after] of states.entries()) times.changed(kind, 'acme/ams', states[index - 1], after);
  return found;
}

const AT_60 = ['SBCDeployed', 'True', '2026-01-01T00:01:00Z'] as const;
const LOST = ['SBCDeployed', 'False', '2026-01-02T00:00:00Z'] as const;
const AGAIN = ['SBCDeployed', 'True', '2026-01-03T00:00:00Z'] as const;

describe('onboarding times', () => {
  it('counts a step from the creation until it first holds, once', () => {
    const states = [site(), site([['SBCDeployed', 'Unknown', '2026-01-01T00:00:01Z']]), site([AT_60]), site([LOST]), site([AGAIN])];
    expect(counted(states)).toEqual([['SBCDeployed', 60]]);
  });

  it('counts nothing of an object that had a status before, which may have lost a step and regained it', () => {
    expect(counted([site([LOST]), site([AGAIN])])).toEqual([]);
  });

  it('counts the successor of a deleted object anew', () => {
    expect(counted([site(), undefined, site(), site([AT_60])])).toEqual([['SBCDeployed', 60]]);
    expect(counted([site(), undefined, site([AT_60])])).toEqual([]);
  });

  it('knows only the steps of the kind', () => {
    expect(counted([site(), site([['M365Deployed', 'True', '2026-01-01T00:00:09Z']])], true, 'NumberRange')).toEqual([]);
  });

  it('counts nothing on a replica that stands by', () => {
    expect(counted([site(), site([AT_60])], false)).toEqual([]);
  });

  it('takes a step that holds before the creation, by a clock that differs, for one that held at once', () => {
    expect(counted([site(), site([['M365Deployed', 'True', '2025-12-31T23:59:59Z']])])).toEqual([['M365Deployed', 0]]);
  });
});
