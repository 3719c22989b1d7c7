import { LABELS } from '../api/group.ts';
import type { ObjectMeta } from '../api/meta.ts';
import type { MailTemplate } from '../integrations/mail/port.ts';
import type { Kube } from '../runtime/kube.ts';

/** What a ConfigMap can be called; another name needs no question. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

interface TemplateMap {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: undefined;
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Mail templates that are ConfigMaps of the operator's own namespace with label `trunkline.dev/template` (design §2 Tenancy, §9.3): keys `subject`
 * and `html`, read when a mail names them. Anything without the label is no template, however it is called.
 */
export function templatesIn(kube: Pick<Kube, 'get'>, namespace: string) {
  return async (name: string, signal: AbortSignal): Promise<MailTemplate | undefined> => {
    if (name.length > 253 || !OBJECT_NAME.test(name)) return undefined;
    const found = await kube.get<TemplateMap>({ group: '', version: 'v1', plural: 'configmaps', namespace, name }, signal);
    if (found?.metadata.labels?.[LABELS.template] === undefined) return undefined;
    const { subject = '', html = '' } = found.data ?? {};
    return { subject: subject.trim(), html: html.trim() };
  };
}
