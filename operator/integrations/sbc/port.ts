import type { Driver } from '../../domain/change/driver.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import type { OperatorError } from '../../errors/operator-error.ts';

/** How to reach one SBC. Passwords come from Secrets and never leave memory. */
export interface SbcConnection {
  /** `host` or `host:port` of the management interface. */
  readonly address: string;
  readonly https: boolean;
  readonly tls: {
    readonly caPem?: string /** SHA-256 of the leaf certificate, hex without colons, lower case. */;
    readonly fingerprint?: string;
  };
  readonly username: string;
  readonly password: string;
  /** True: another person's unsaved work may be saved with ours (telephony 5.3). */
  readonly saveForeign: boolean;
}

export type Health = 'OK' | 'Warning' | 'Error' | 'Clear' | 'Undetermined';

/** Facts of S146–S152; `undefined` = the device does not report it, which is never OK by default where a rule needs it. */
export interface SbcStatus {
  readonly product: string;
  readonly version: string;
  readonly serialNumber: string;
  readonly ha: string | undefined;
  readonly locked: boolean | undefined;
  readonly saveNeeded: boolean | undefined;
  readonly resetNeeded: boolean | undefined;
  readonly alarms: { readonly critical: number; readonly major: number; readonly minor: number; readonly warning: number };
  readonly license: { readonly state: 'Valid' | 'Expired' | 'Failed' | 'ApplyRequired' | 'Missing' | 'Unknown'; readonly summary: string };
  readonly sipUsers: number | undefined;
}

/** Context path and key spelling per table, learned from the device's own CLI script (telephony 5.1). */
export interface SbcDialect {
  readonly name: string;
  /** Table → the spelling, e.g. `DialPlanRule` → `sbc dial-plan/dial-plan-rule(name,prefix,tag)`. A table not listed is not written. */
  readonly tables: Readonly<Record<string, string>>;
}

/**
 * One device as read in one go. `objects`: kind `DialPlanRule`, name `<plan>/<prefix>`, fields `{ tag, ruleName }`, system `sbc`,
 * target `namespace/name` of the SBCDevice. Rules with one (plan, prefix) twice on the device appear once, the first of them, with
 * `fields.duplicates` = how many more (telephony 5.2).
 */
export interface SbcView {
  readonly status: SbcStatus;
  readonly dialect: SbcDialect;
  readonly dialPlans: readonly string[];
  readonly ipGroups: readonly string[];
  readonly objects: readonly OutsideObject[];
  /** What the ini lacks to be trusted (no end, expected tables missing); a non-empty list is ObservationSuspect (telephony 6.4). */
  readonly gaps: readonly string[];
  /** SHA-256 over the configuration part; what an approval of a suspect observation names. */
  readonly hash: string;
  /** Certificate days etc. of TeamsBaseline are read later; absent in this release. */
}

/** What is in use per device; the driver asks here for the connection of a target. */
export interface SbcConnections {
  connect(device: string, connection: SbcConnection): void;
  isConnected(device: string): boolean;
  disconnect(device: string): void;
}

/** system `sbc`, target id = `namespace/name` of the SBCDevice. Vendor-neutral: AudioCodes is one implementation. */
export type SbcDriver = Driver<SbcView>;

/** Failure of a whole batch keeps its type; failures of single rules are verdicts. */
export type SbcFailure = OperatorError;
