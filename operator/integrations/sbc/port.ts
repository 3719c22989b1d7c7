import type { Driver } from '../../domain/change/driver.ts';
import type { OutsideObject } from '../../domain/change/object.ts';

/** How to reach one SBC. Passwords come from Secrets and never leave memory. */
export interface SbcConnection {
  /** `host` or `host:port` of the management interface. */
  readonly address: string;
  readonly https: boolean;
  readonly tls: {
    readonly caPem?: string;
    /** SHA-256 of the leaf certificate, hex without colons, lower case. */
    readonly fingerprint?: string;
  };
  readonly username: string;
  readonly password: string;
  /** True: another person's unsaved work may be saved with ours (telephony 5.3). */
  readonly saveForeign: boolean;
  /** `SBCDevice.spec.limits`; a plan that would exceed them is refused before the device is touched (audiocodes-sbc §18). */
  readonly limits?: { readonly dialPlanRules?: number; readonly tagLength?: number };
  /** `SBCDevice.status.dialect` as last recorded: keeps a device writable after its last rule has gone. Ignored on another firmware. */
  readonly dialect?: SbcDialect;
}

/** Facts of S146–S152; `undefined` = the device does not report it, which is never OK by default where a rule needs it. */
export interface SbcStatus {
  readonly product: string;
  readonly version: string;
  readonly serialNumber: string;
  readonly ha: string | undefined;
  readonly locked: boolean | undefined;
  readonly saveNeeded: boolean | undefined;
  readonly resetNeeded: boolean | undefined;
  readonly alarms: {
    readonly critical: number;
    readonly major: number;
    readonly minor: number;
    readonly warning: number;
    /** Further ones, whose severity is indeterminate or was not looked up; absent means none. */
    readonly unrated?: number;
    /** There are more alarms than were looked at. */
    readonly truncated?: true;
  };
  readonly license: { readonly state: 'Valid' | 'Expired' | 'Failed' | 'ApplyRequired' | 'Missing' | 'Unknown'; readonly summary: string };
  readonly sipUsers: number | undefined;
}

/** Context path and key spelling per table, learned from the device's own CLI script (telephony 5.1). */
export interface SbcDialect {
  /** Firmware version that the spellings were learned on. */
  readonly name: string;
  /** Table → the spelling, e.g. `configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name …`. A table not listed is not written. */
  readonly tables: Readonly<Record<string, string>>;
  /** Table → why its spelling is not known; what `DialectUnknown` says. */
  readonly unknown?: Readonly<Record<string, string>>;
}

/**
 * One device as read in one go. `objects`: kind `DialPlanRule`, name `<plan>/<prefix>`, fields `{ tag, ruleName }`, system `sbc`,
 * target `namespace/name` of the SBCDevice. Rules with one (plan, prefix) twice on the device appear once, the first of them, with
 * `fields.duplicates` = how many more (telephony 5.2). `ruleName` is in its first form: a derived name that had to take a later `n`
 * because its first form was not free on the device (design §9.4) is shown, planned and compared with n = 0.
 */
export interface SbcView {
  /** When this process last saved the device's configuration, wall clock, ms; absent: it has not. */
  readonly lastSaveAt?: number;
  /** What we wrote is in the running configuration and was not saved: it is lost at the next restart. Each look tries to save it. */
  readonly unsavedOurs?: true;
  readonly status: SbcStatus;
  readonly dialect: SbcDialect;
  readonly dialPlans: readonly string[];
  readonly ipGroups: readonly string[];
  readonly objects: readonly OutsideObject[];
  /** What the ini lacks to be trusted (no end, expected tables missing); a non-empty list is ObservationSuspect (telephony 6.4). */
  readonly gaps: readonly string[];
  /** SHA-256 over the configuration part; what an approval of a suspect observation names. */
  readonly hash: string;
  /** Only in a read-back: rules that somebody else changed between our read and it, at most 50; reported, never reverted. */
  readonly foreignChanges?: readonly string[];
  /** Certificate days etc. of TeamsBaseline are read later; absent in this release. */
}

/** What is in use per device; the driver asks here for the connection of a target. */
export interface SbcConnections {
  /** Repeating it with equal values changes nothing; other values replace the connection. True when it was replaced, or is the first. */
  connect(device: string, connection: SbcConnection): boolean;
  isConnected(device: string): boolean;
  disconnect(device: string): void;
}

/** system `sbc`, target id = `namespace/name` of the SBCDevice. Vendor-neutral: AudioCodes is one implementation. */
export type SbcDriver = Driver<SbcView>;
