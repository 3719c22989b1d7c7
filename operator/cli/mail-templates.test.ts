import { describe, expect, it } from 'vitest';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { templatesIn } from './mail-templates.ts';

const LABELLED = { 'trunkline.dev/template': 'mail' };
const WELCOME = { subject: 'Welcome {{AccountName}}\n', html: '<p>{{InvitationId}}</p>\n' };
const { signal } = new AbortController();

function found(name: string, labels: Readonly<Record<string, string>>, data: Readonly<Record<string, string>>, namespace = 'trunkline') {
  const kube = new MemoryKube();
  kube.put('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'welcome', namespace, labels }, spec: undefined, data });
  return templatesIn(kube, 'trunkline')(name, signal);
}

describe('mail templates in ConfigMaps', () => {
  it('are found by name in the namespace of the operator', async () => {
    expect(await found('welcome', LABELLED, WELCOME)).toEqual({ subject: 'Welcome {{AccountName}}', html: '<p>{{InvitationId}}</p>' });
  });

  it('show what they lack, so that the mail says so', async () => {
    expect(await found('welcome', LABELLED, {})).toEqual({ subject: '', html: '' });
  });

  it.each([
    ['without the label', 'welcome', {}, 'trunkline'],
    ['of another namespace', 'welcome', LABELLED, 'acme'],
    ['that does not exist', 'farewell', LABELLED, 'trunkline'],
    ['by a name that no object can have', '../secrets/welcome', LABELLED, 'trunkline'],
  ] as const)('nothing %s is one', async (_what, name, labels, namespace) => {
    expect(await found(name, labels, WELCOME, namespace)).toBeUndefined();
  });
});
