import { expect, it } from 'vitest';
import { voiceView } from './view.ts';

const NOTHING = { gateways: [], usages: [], routes: [], users: undefined, groups: undefined };

it.each([
  ['no policies at all', [], 1],
  ['policies without Global', [{ Identity: 'Tag:Unrestricted-zurich', OnlinePstnUsages: [] }], 1],
  ['Global', [{ Identity: 'Global', OnlinePstnUsages: [] }], 0],
])('a list of voice routing policies is whole only with Global in it: %s', (_what, policies, gaps) => {
  expect(voiceView('tenant', { ...NOTHING, policies }).gaps).toHaveLength(gaps);
});
