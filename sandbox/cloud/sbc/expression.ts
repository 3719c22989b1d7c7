/** What a call knows while it goes through the tables. Names are compared without regard to case. */
export interface CallState {
  readonly from: string;
  readonly to: string;
  readonly callingUser: string;
  readonly calledUser: string;
  readonly assertedUser: string | undefined;
  contactHost: string;
  fromHost: string;
  requestHost: string;
  readonly variables: Map<string, string>;
  /** Result of the dial-plan query of the present rule; undefined = not found. */
  dialPlanResult: string | undefined;
  readonly sourceTags: Map<string, string>;
  readonly destinationTags: Map<string, string>;
}

/** The stand-in refuses to guess: an expression that it does not model is an error of the test or the seed, never a silent "false". */
export class ExpressionNotModelled extends Error {
  override readonly name = 'ExpressionNotModelled';
}

const COMPARISON = /^(\S+)\s+(exists|!exists)$|^(\S+)\s+(==|!=|contains|!contains|suffix|prefix)\s+'([^']*)'$/i;

/** Conditions of call-setup rules, manipulations and message conditions (audiocodes-sbc §9): comparisons joined by `and` or `or`. */
export function holds(condition: string, call: CallState): boolean {
  if (condition.trim() === '') return true;
  return condition.split(/\s+or\s+/i).some((either) => either.split(/\s+and\s+/i).every((part) => comparisonHolds(part.trim(), call)));
}

function comparisonHolds(part: string, call: CallState): boolean {
  const found = COMPARISON.exec(part);
  if (found === null) throw new ExpressionNotModelled(`condition: ${part}`);
  const [, existing, existence, subject, operator = '', literal = ''] = found;
  if (existing !== undefined) return (lookUp(existing, call) !== undefined) === (existence?.toLowerCase() === 'exists');
  const value = (lookUp(subject ?? '', call) ?? '').toLowerCase();
  const other = literal.toLowerCase();
  const outcomes: Record<string, boolean> = {
    '==': value === other,
    '!=': value !== other,
    contains: value.includes(other),
    '!contains': !value.includes(other),
    prefix: value.startsWith(other),
    suffix: value.endsWith(other),
  };
  return outcomes[operator.toLowerCase()] ?? false;
}

/** The value of an action: references and quoted texts joined by `+`. A missing one counts as empty. */
export function evaluate(expression: string, call: CallState): string {
  const parts = expression.match(/'[^']*'|[^+\s]+/g) ?? [];
  return parts.map((part) => (part.startsWith("'") ? part.slice(1, -1) : (lookUp(part, call) ?? ''))).join('');
}

/** What a reference names; undefined = nothing there. */
function lookUp(reference: string, call: CallState): string | undefined {
  const name = reference.toLowerCase();
  if (name.startsWith('var.')) return call.variables.get(name);
  const readers: Record<string, () => string | undefined> = {
    'param.call.dst.user': () => call.calledUser,
    'param.call.src.user': () => call.callingUser,
    'header.p-asserted-identity.url.user': () => call.assertedUser,
    'header.p-asserted-identity': () => call.assertedUser,
    'header.from.url.user': () => call.callingUser,
    'header.from.url.host': () => call.fromHost,
    'header.to.url.user': () => call.calledUser,
    'header.request-uri.url.host': () => call.requestHost,
    'header.contact.url.host': () => call.contactHost,
    'dialplan.result': () => call.dialPlanResult,
    'dialplan.found': () => call.dialPlanResult,
  };
  const read = readers[name];
  if (read === undefined) throw new ExpressionNotModelled(`reference: ${reference}`);
  return read();
}

/** Carries out `modify` on what a rule or manipulation names as its subject. */
export function assign(subject: string, value: string, call: CallState): void {
  const name = subject.toLowerCase();
  const writers: Record<string, () => void> = {
    'header.contact.url.host': () => {
      call.contactHost = value;
    },
    'header.from.url.host': () => {
      call.fromHost = value;
    },
    'header.request-uri.url.host': () => {
      call.requestHost = value;
    },
  };
  const tags = /^(src|dst)tags(?:\.(.+))?$/.exec(name);
  if (name.startsWith('var.')) call.variables.set(name, value);
  else if (tags !== null) (tags[1] === 'src' ? call.sourceTags : call.destinationTags).set(tags[2] ?? 'default', value);
  else if (writers[name] !== undefined) writers[name]();
  else throw new ExpressionNotModelled(`subject: ${subject}`);
}
