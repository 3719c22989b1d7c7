import type { Customer, NumberRange, SiteLocation } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { TenantStep } from '../../domain/permissions/due-permissions.ts';
import type { IdentityView } from '../../integrations/entra/port.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { Access } from '../credentials.ts';
import type { ControllerSettings } from '../deps.ts';
import type { Finding } from '../finding.ts';
import type { Governance } from '../governance.ts';
import { INDEX, type Stores } from '../stores.ts';

/** Everything one pass has found about a customer. */
export interface CustomerFindings {
  readonly customer: Customer;
  readonly stores: Stores;
  readonly settings: ControllerSettings;
  /** RFC 3339. */
  readonly now: string;
  readonly accepted: Finding;
  readonly essentials: boolean;
  readonly access: Access;
  readonly identity: Seen<IdentityView> | undefined;
  readonly directory: Seen<DirectoryView> | undefined;
  readonly tenantId: string | undefined;
  readonly due: readonly TenantStep[];
  readonly governance: Governance;
}

export function sitesOf({ customer, stores }: CustomerFindings): readonly SiteLocation[] {
  return stores.sites.byIndex(INDEX.customer, keyOf(customer));
}

/** The ranges that name the Customer, whatever site they belong to. */
export function rangesOf({ customer, stores }: CustomerFindings): readonly NumberRange[] {
  return stores.ranges.byIndex(INDEX.customer, keyOf(customer));
}
