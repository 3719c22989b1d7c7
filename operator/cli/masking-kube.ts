import type { SecretValues } from '../observability/secret-values.ts';
import type { Kube } from '../runtime/kube.ts';

/** Names of values that are no secret although they stand in one: masking a user name `admin` would garble every line. */
const PUBLIC_KEYS = new Set(['username', 'clientId', 'ca.crt', 'tls.crt']);

/**
 * The same API, with what is read from Secrets masked wherever it would appear in a log line. A changed Secret gives up its earlier values; one
 * that is gone does not: its last good credential stays in use (design §3.9).
 */
export function maskingKube(kube: Kube, secrets: SecretValues): Kube {
  const forget = new Map<string, readonly (() => void)[]>();
  return {
    get: (ref, signal) => kube.get(ref, signal),
    apply: (ref, object, options, signal) => kube.apply(ref, object, options, signal),
    delete: (ref, options, signal) => kube.delete(ref, options, signal),
    list: (ref, signal) => kube.list(ref, signal),
    readConfigMap: (namespace, name, signal) => kube.readConfigMap(namespace, name, signal),
    readSecret: async (namespace, name, signal) => {
      const secret = await kube.readSecret(namespace, name, signal);
      if (secret === undefined) return undefined;
      const added = Object.entries(secret.data).flatMap(([key, value]) => (PUBLIC_KEYS.has(key) ? [] : [secrets.add(value)]));
      for (const drop of forget.get(`${namespace}/${name}`) ?? []) drop();
      forget.set(`${namespace}/${name}`, added);
      return secret;
    },
  };
}
