import { DEVICE } from './reasons/device.ts';
import { MAIL } from './reasons/mail.ts';
import { SPEC } from './reasons/spec.ts';
import { STATES } from './reasons/states.ts';
import { SYSTEMS } from './reasons/systems.ts';
import { TENANT } from './reasons/tenant.ts';

/** Every reason that a condition or event can carry, with its entry in the error catalogue (docs/reference/errors.md is generated from it). */
export const REASONS = { ...STATES, ...SPEC, ...TENANT, ...DEVICE, ...MAIL, ...SYSTEMS } as const;

export type Reason = keyof typeof REASONS;
