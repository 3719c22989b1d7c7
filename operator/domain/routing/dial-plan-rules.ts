import type { OutsideObject } from '../change/object.ts';
import { ruleIdentity } from '../change/rule-identity.ts';

export interface DialPlanRulesInput {
  /** `namespace/name` of the SBCDevice. */
  readonly device: string;
  /** Name of the plan on the device, from its `dialPlans` roles. */
  readonly plan: string;
  readonly tag: string;
  /** Prefixes in normal form, one rule each (S212). */
  readonly prefixes: readonly string[];
}

/** The SBC side of a number range on one device: one rule a prefix, identified by (plan, prefix) whatever its name (telephony 5.2). */
export function dialPlanRules({ device, plan, tag, prefixes }: DialPlanRulesInput): OutsideObject[] {
  return prefixes.map((prefix) => ({
    system: 'sbc',
    target: device,
    kind: 'DialPlanRule',
    name: ruleIdentity(plan, prefix),
    fields: { tag },
  }));
}
