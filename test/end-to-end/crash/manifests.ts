import { API_VERSION } from '../../../operator/api/group.ts';
import { QUICKSTART } from '../../../sandbox/cloud/seed.ts';
import type { Manifest } from '../manifests.ts';

export const INVITED = 'bergblick';
const RECIPIENT = `it@${QUICKSTART.essentials.domain}`;

/** A customer whose administrator has not made an app registration yet, and the mail that asks for it. */
export function invitedCustomer(namespace: string): Manifest[] {
  const { tenantId, displayName } = QUICKSTART.essentials;
  const object = (kind: string, spec: object): Manifest => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name: INVITED, namespace },
    spec,
  });
  return [
    object('Customer', {
      fullName: displayName,
      shortName: 'Bergblick',
      services: [{ type: 'DirectRouting', licenseType: 'HostedPro', licensedUsers: 5 }],
      tenantId,
      authentication: { method: 'AppRegistration' },
    }),
    object('Invitation', { customerRef: { name: INVITED }, email: RECIPIENT, flow: 'AppRegistration' }),
  ];
}
