import { describe, expect, it } from 'vitest';
import { BINARY_NAMES, buildKey, recipeOf } from './recipes.ts';

describe('recipes', () => {
  it('take the versions from the go.mod files that pin them', () => {
    expect(recipeOf('kube-apiserver').version).toBe('1.36.3');
    expect(recipeOf('kubectl').version).toBe(recipeOf('kube-apiserver').version);
    expect(recipeOf('etcd').version).toBe('3.6.5');
    expect(recipeOf('helm').version).toMatch(/^3\.\d+\.\d+$/);
  });

  it.each(['kube-apiserver', 'kube-controller-manager', 'kubectl'] as const)('tell %s its version', (binary) => {
    const flags = recipeOf(binary).ldflags.join(' ');
    expect(flags).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.3');
    expect(flags).toContain('-X k8s.io/component-base/version.gitMajor=1');
    expect(flags).toContain('-X k8s.io/component-base/version.gitMinor=36');
  });

  it('leave out symbol tables everywhere', () => {
    for (const binary of BINARY_NAMES) expect(recipeOf(binary).ldflags.slice(0, 2)).toEqual(['-s', '-w']);
  });

  it('give a key that names versions and platform, stays the same for the same, and differs by platform', () => {
    const key = buildKey({ os: 'linux', arch: 'amd64' });
    expect(key).toMatch(/^kubernetes-1\.36\.3-etcd-3\.6\.5-helm-3\.\d+\.\d+-linux-amd64-[0-9a-f]{12}$/);
    expect(buildKey({ os: 'linux', arch: 'amd64' })).toBe(key);
    expect(buildKey({ os: 'linux', arch: 'arm64' })).not.toBe(key);
  });
});
