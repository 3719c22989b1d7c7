import type { Change, FieldChange } from '../domain/change/change-set.ts';
import type { Json } from '../domain/change/object.ts';
import type { AuditRecord } from './hooks.ts';

const MASK = '***';
/** Planners mask secrets already; this is the second lock, since an audit line leaves the process and is kept for years. */
const SECRET_NAME = /passw|passphrase|secret|token|credential|authkey|apikey|privatekey|sharedkey/i;

/** The audit line of a change that was carried out for `owner`. */
export function auditRecord(change: Change, owner: string, at: string): AuditRecord {
  const { system, target, kind, name, action } = change;
  return { at, owner, system, target, kind, name, action, fields: change.fields.map(maskField) };
}

function maskField(field: FieldChange): FieldChange {
  const isSecret = SECRET_NAME.test(field.path);
  return {
    path: field.path,
    ...(field.before === undefined ? {} : { before: isSecret ? MASK : maskWithin(field.before) }),
    ...(field.after === undefined ? {} : { after: isSecret ? MASK : maskWithin(field.after) }),
  };
}

function maskWithin(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(maskWithin);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, SECRET_NAME.test(name) ? MASK : maskWithin(inner)]));
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
