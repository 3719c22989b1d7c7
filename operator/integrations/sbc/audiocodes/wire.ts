import { z } from 'zod';

/** The device prints booleans as booleans, as strings, or not at all (audiocodes-sbc §3); absent stays unknown. */
const Flag = z
  .union([z.boolean(), z.string()])
  .optional()
  .transform((value) => (value === undefined ? undefined : String(value).toLowerCase() === 'true'));

/** `GET /status`, the fields that are read (audiocodes-sbc §3). A body without `versionID` is no SBC of this kind. */
export const DeviceStatus = z.object({
  productType: z.string().default(''),
  versionID: z.string().min(1),
  serialNumber: z.union([z.string(), z.number()]).transform(String).default(''),
  operationalState: z.string().optional(),
  highAvailability: z.string().optional(),
  saveNeeded: Flag,
  resetNeeded: Flag,
  upgradeStatus: z.string().default('None'),
  mcUpgradeStatus: z.string().default('None'),
});
export type DeviceStatus = z.output<typeof DeviceStatus>;

/** `GET /alarms/active` (§4.1); no severity here. */
export const AlarmPage = z.object({
  alarms: z.array(z.object({ id: z.coerce.string(), description: z.string().default('') })).default([]),
  cursor: z.object({ after: z.coerce.string().default('-1') }).default({ after: '-1' }),
});
export type AlarmPage = z.output<typeof AlarmPage>;

export const AlarmDetail = z.object({ severity: z.string().default('') });

/** `GET /license` (§5). The key is a secret and is not read. */
export const License = z.object({ keyDescription: z.string().default(''), serialNumber: z.coerce.string().default('') });
export type License = z.output<typeof License>;

/** A list of KPI items; `value` may be null or absent when idle (§6.1). */
export const KpiList = z.object({
  items: z.array(z.object({ id: z.string(), value: z.number().nullish() })).default([]),
});

/** Answer to an incremental script (§10.2): `status` may be absent, and says nothing certain when it is there. */
export const ScriptAnswer = z.object({
  status: z.string().optional(),
  description: z.string().default(''),
  output: z.string().default(''),
});
export type ScriptAnswer = z.output<typeof ScriptAnswer>;

/** Error body (§1): one JSON object with one string. */
export const ErrorBody = z.object({ description: z.string() });
