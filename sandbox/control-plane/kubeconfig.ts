import { stringify } from 'yaml';

/** How a user proves who it is: a client certificate, a token, or a file whose token somebody renews. */
export type KubeconfigUser =
  | { readonly certificatePem: string; readonly keyPem: string }
  | { readonly token: string }
  | { readonly tokenFile: string };

/** A kubeconfig with one cluster, one user, one context; nothing in it refers to another file, but for a token file. */
export function kubeconfigText(options: {
  readonly server: string;
  /** Empty when the system's own authorities are to be trusted. */
  readonly caPem: string;
  readonly user: KubeconfigUser;
  readonly namespace?: string;
}): string {
  const { server, caPem, user, namespace } = options;
  const name = 'trunkline-sandbox';
  const authority = caPem === '' ? {} : { 'certificate-authority-data': base64(caPem) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...authority } }],
    users: [{ name, user: credentialsOf(user) }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
    'current-context': name,
  });
}

function credentialsOf(user: KubeconfigUser): Record<string, unknown> {
  if ('token' in user) return { token: user.token };
  // kubectl reads `tokenFile`; the JavaScript client knows such files only as the provider that it uses in a pod.
  if ('tokenFile' in user) {
    return { tokenFile: user.tokenFile, 'auth-provider': { name: 'tokenFile', config: { tokenFile: user.tokenFile } } };
  }
  return { 'client-certificate-data': base64(user.certificatePem), 'client-key-data': base64(user.keyPem) };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
