import { describe, expect, it } from 'vitest';
import { SecretValues } from '../observability/secret-values.ts';
import type { Kube, SecretData } from '../runtime/kube.ts';
import { maskingKube } from './masking-kube.ts';

/** A cluster with one Secret, whose contents the test changes. */
function house() {
  const secrets = new SecretValues();
  let secret: SecretData | undefined;
  const refuse = () => Promise.reject(new Error('not in this test'));
  const kube: Kube = {
    get: refuse,
    apply: refuse,
    delete: refuse,
    list: refuse,
    readConfigMap: refuse,
    readSecret: () => Promise.resolve(secret),
  };
  const masking = maskingKube(kube, secrets);
  const read = (data: Record<string, string> | undefined) => {
    secret = data === undefined ? undefined : { uid: 'u', resourceVersion: '1', type: 'Opaque', annotations: {}, data };
    return masking.readSecret('acme', 'app');
  };
  return { secrets, read };
}

describe('what is read from Secrets', () => {
  it('is masked from then on, but for names that are no secret', async () => {
    const { secrets, read } = house();
    expect(await read({ username: 'administrator', password: 'correct horse' })).toMatchObject({ data: { username: 'administrator' } });
    expect(secrets.mask('administrator has correct horse')).toBe('administrator has [secret]');
  });

  it('is masked no longer when the Secret has another value', async () => {
    const { secrets, read } = house();
    await read({ password: 'correct horse' });
    await read({ password: 'battery staple' });
    expect(secrets.mask('correct horse, battery staple')).toBe('correct horse, [secret]');
  });

  it('stays masked when the Secret is gone, since the last good credential stays in use', async () => {
    const { secrets, read } = house();
    await read({ password: 'correct horse' });
    await read(undefined);
    expect(secrets.mask('correct horse')).toBe('[secret]');
  });
});
