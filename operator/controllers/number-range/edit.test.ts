import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { parsePrefix } from '../../domain/numbers/prefix.ts';
import type { Heirs } from '../successor.ts';
import { type EditInput, editOf } from './edit.ts';

const BLOCK = '+414455501[00-49]';
const SINGLE = '+41445550200';
const TAG = 'zurich.voice.example.net';
const PLACE = { trunk: 'main', device: 'acme/sbc1', fqdn: TAG, plan: 'TeamsTenants', tag: TAG } as const;
const NOBODY: Heirs = { has: () => false, unread: [] };

function deployed(): NumberRange {
  const footprint = [{ system: 'sbc', target: PLACE.device, kind: 'DialPlanRule', name: PLACE.plan, state: 'Applied' as const }];
  return { ...range(), status: { trunks: [{ name: 'main', device: PLACE.device, dialPlan: PLACE.plan, tag: TAG }], footprint } };
}

function wanted(...texts: readonly string[]) {
  return texts.map((text) => {
    const parsed = parsePrefix(text);
    if ('problem' in parsed) throw new Error(parsed.problem.rule);
    return parsed.prefix;
  });
}

function edit(input: Partial<EditInput>) {
  return editOf({
    range: deployed(),
    wanted: wanted(BLOCK, SINGLE),
    held: new Set([BLOCK, SINGLE]),
    places: [PLACE],
    undeployed: false,
    staysOn: () => false,
    heirs: () => NOBODY,
    ...input,
  });
}

describe('what a spec takes away of what a range holds', () => {
  it('nothing, and nobody is asked for heirs, while it wants what is held where it is', () => {
    const heirs = (): Heirs => {
      throw new Error('asked although nothing goes');
    };
    expect(edit({ heirs })).toMatchObject({ going: [], keeps: [BLOCK, SINGLE, 'acme/sbc1|TeamsTenants'] });
  });

  it('patterns that left it', () => {
    expect(edit({ wanted: wanted(SINGLE) }).going).toEqual([{ device: 'acme/sbc1', part: 'patterns', patterns: [BLOCK] }]);
  });

  it('everything, as one part, while the Customer is not deployed', () => {
    const { going, keeps } = edit({ undeployed: true });
    expect(going).toEqual([{ device: 'acme/sbc1', part: 'undeploy', patterns: [BLOCK, SINGLE] }]);
    expect(keeps).toBeUndefined();
  });

  it('everything on a device that no trunk leads to any more, by the name of that trunk', () => {
    const places = [{ ...PLACE, trunk: 'second', device: 'acme/sbc2' as const }];
    expect(edit({ places }).going).toEqual([{ device: 'acme/sbc1', part: 'trunk/main', patterns: [BLOCK, SINGLE] }]);
  });

  it('nothing for now on a device where calls still arrive; of a Customer that is not deployed all the same', () => {
    const moving = { places: [{ ...PLACE, device: 'acme/sbc2' as const }], staysOn: (device: string) => device === PLACE.device };
    expect(edit(moving).going).toEqual([]);
    expect(edit({ ...moving, undeployed: true }).going).toMatchObject([{ part: 'undeploy' }]);
  });

  it('not what another range has on every device by now', () => {
    const heirs = (): Heirs => ({ ...NOBODY, has: ({ pattern }) => pattern === BLOCK });
    const { going, handedOver } = edit({ wanted: [], heirs });
    expect([...handedOver]).toEqual([BLOCK]);
    expect(going).toEqual([{ device: 'acme/sbc1', part: 'patterns', patterns: [SINGLE] }]);
  });
});
