import type { Condition, KubeObject } from '../../operator/api/meta.ts';
import type { StatusBase } from '../../operator/runtime/reconciler.ts';

/** What is wrong with an object's conditions by the rules that tools rely on (operator-practice rows 36 to 39, design §2); empty when all is well. */
export function conditionProblems(object: KubeObject): string[] {
  const status = object.status as StatusBase | undefined;
  if (status === undefined) return [];
  const facts = factsOf(object.metadata.generation ?? 0, status);
  const broken = RULES.filter(({ holds }) => !holds(facts)).map(({ says }) => says);
  return [...broken, ...facts.conditions.flatMap(formProblems)];
}

/** Throws with every broken rule and the conditions themselves. For the end of every test that reconciles. */
export function assertConditions(...objects: readonly KubeObject[]): void {
  for (const object of objects) {
    const problems = conditionProblems(object);
    if (problems.length === 0) continue;
    const conditions = JSON.stringify((object.status as StatusBase | undefined)?.conditions, undefined, 2);
    throw new Error(`${object.kind} ${object.metadata.name} breaks the condition rules:\n- ${problems.join('\n- ')}\n${conditions}`);
  }
}

interface Facts {
  readonly generation: number;
  readonly observed: number | undefined;
  readonly conditions: readonly Condition[];
  readonly ready: Condition | undefined;
  readonly reconciling: Condition | undefined;
  readonly stalled: Condition | undefined;
}

function factsOf(generation: number, status: StatusBase): Facts {
  const conditions = status.conditions ?? [];
  const find = (type: string): Condition | undefined => conditions.find((condition) => condition.type === type);
  return {
    generation,
    observed: status.observedGeneration,
    conditions,
    ready: find('Ready'),
    reconciling: find('Reconciling'),
    stalled: find('Stalled'),
  };
}

const RULES: readonly { readonly says: string; readonly holds: (facts: Facts) => boolean }[] = [
  { says: 'Ready is missing', holds: ({ ready }) => ready !== undefined },
  { says: 'status.observedGeneration is missing', holds: ({ observed }) => observed !== undefined },
  { says: 'status.observedGeneration is ahead of metadata.generation', holds: ({ observed, generation }) => (observed ?? 0) <= generation },
  { says: 'a type occurs twice', holds: ({ conditions }) => new Set(conditions.map(({ type }) => type)).size === conditions.length },
  { says: 'Reconciling is present but not True', holds: ({ reconciling }) => reconciling === undefined || reconciling.status === 'True' },
  { says: 'Stalled is present but not True', holds: ({ stalled }) => stalled === undefined || stalled.status === 'True' },
  {
    says: 'Reconciling and Stalled are both there',
    holds: ({ reconciling, stalled }) => reconciling === undefined || stalled === undefined,
  },
  { says: 'Stalled is True but Ready is not False', holds: ({ ready, stalled }) => stalled === undefined || ready?.status === 'False' },
  {
    says: 'Ready is Unknown but Reconciling is not there',
    holds: ({ ready, reconciling }) => ready?.status !== 'Unknown' || reconciling !== undefined,
  },
  {
    says: 'Ready is False but neither Reconciling nor Stalled says how it goes on',
    holds: ({ ready, reconciling, stalled }) => ready?.status !== 'False' || reconciling !== undefined || stalled !== undefined,
  },
  {
    says: 'a condition is ahead of status.observedGeneration',
    holds: ({ conditions, observed }) => conditions.every((condition) => (condition.observedGeneration ?? 0) <= (observed ?? 0)),
  },
  {
    // A kept Ready=True of an older spec is honest only while Reconciling says that the newer one is on its way.
    says: 'Ready is True for an older generation and Reconciling is not there',
    holds: ({ ready, observed, reconciling }) =>
      ready?.status !== 'True' || ready.observedGeneration === observed || reconciling !== undefined,
  },
];

function formProblems(condition: Condition): string[] {
  const { type, reason, message, status, lastTransitionTime, observedGeneration } = condition;
  const problems: (string | false)[] = [
    !/^[A-Z][A-Za-z0-9]*$/.test(type) && `${type}: type is not CamelCase`,
    !['True', 'False', 'Unknown'].includes(status) && `${type}: status is "${status}"`,
    !/^[A-Z][A-Za-z0-9]{0,1023}$/.test(reason) && `${type}: reason "${reason}" is not CamelCase`,
    message === '' && `${type}: message is empty`,
    message.length > 1024 && `${type}: message is longer than 1024 characters`,
    Number.isNaN(Date.parse(lastTransitionTime)) && `${type}: lastTransitionTime "${lastTransitionTime}" is no time`,
    observedGeneration === undefined && `${type}: observedGeneration is missing`,
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d/.test(message) &&
      `${type}: message holds a moment to the fraction of a second, so it changes on every pass`,
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.test(message) &&
      reason === 'InternalError' &&
      `${type}: message holds a request id`,
  ];
  return problems.filter((problem) => problem !== false);
}
