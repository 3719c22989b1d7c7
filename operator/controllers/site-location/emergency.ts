import { GROUP, VERSION } from '../../api/group.ts';
import { KINDS, type SiteLocation, type SiteLocationStatus } from '../../api/kinds.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { byText } from '../../domain/change/canonical.ts';
import type { Kube } from '../../runtime/kube.ts';

export type EmergencyRecord = NonNullable<SiteLocationStatus['emergency']>;

/** One entry of metadata.managedFields, as far as it tells who has set a field. */
interface ManagedFields {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

type WithManagers = KubeObject & { readonly metadata: ObjectMeta & { readonly managedFields?: readonly ManagedFields[] } };

/**
 * Who took on emergency calls, and when (telephony 4.6): written down at the first look after somebody says CustomerManaged, and kept. Only the
 * API server knows who set a field, and caches leave that out, so it is asked once for each declaration. Undefined: nobody has.
 */
export async function emergencyRecord(site: SiteLocation, kube: Pick<Kube, 'get'>, now: string): Promise<EmergencyRecord | undefined> {
  const mode = site.spec.emergency?.mode;
  if (mode !== 'CustomerManaged') return undefined;
  const known = site.status?.emergency;
  if (known?.mode === mode && known.declaredAt !== undefined) return known;
  const { name, namespace = '' } = site.metadata;
  const stored = await kube.get<WithManagers>({ group: GROUP, version: VERSION, plural: KINDS.SiteLocation.plural, namespace, name });
  const { manager, time } = setBy(stored?.metadata.managedFields ?? []) ?? {};
  return { mode, ...(manager === undefined ? {} : { declaredBy: manager }), declaredAt: time ?? now };
}

/** The manager that owns the mode; of several the one that wrote last. */
function setBy(entries: readonly ManagedFields[]): ManagedFields | undefined {
  return entries
    .filter(({ subresource, fieldsV1 }) => subresource === undefined && owns(fieldsV1, ['f:spec', 'f:emergency', 'f:mode']))
    .sort((left, right) => byText(left.time ?? '', right.time ?? ''))
    .at(-1);
}

function owns(fields: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (typeof fields !== 'object' || fields === null || !(key in fields)) return false;
  return owns((fields as Readonly<Record<string, unknown>>)[key], rest);
}
