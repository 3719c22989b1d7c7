import { unsupportedQuery } from './errors.ts';
import { type Token, tokenize } from './filter-tokens.ts';

type Row = Readonly<Record<string, unknown>>;
type Predicate = (row: Row) => boolean;

/** Operators that a property takes; those in `advanced` need ConsistencyLevel and $count (microsoft-graph §2.4). */
export interface FilterRules {
  readonly resource: string;
  /** Paths that may be filtered: `userPrincipalName`, or `assignedPlans/servicePlanId` for a member inside any(). */
  readonly properties: ReadonlySet<string>;
  readonly advanced: ReadonlySet<string>;
}

export interface Filter {
  readonly matches: Predicate;
  readonly isAdvanced: boolean;
}

const COMPARISONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ge: (a, b) => a >= b,
  gt: (a, b) => a > b,
  le: (a, b) => a <= b,
  lt: (a, b) => a < b,
};
const FUNCTIONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  startswith: (a, b) => a.startsWith(b),
  endswith: (a, b) => a.endsWith(b),
};

/** Reads `$filter`. What the resource does not support is refused, never ignored. */
export function parseFilter(text: string, rules: FilterRules): Filter {
  const parser = new FilterParser(tokenize(text), rules);
  return parser.parse();
}

/** Recursive descent: or, and, not, then one comparison, function or any(). */
class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #rules: FilterRules;
  #at = 0;
  #isAdvanced = false;

  constructor(tokens: readonly Token[], rules: FilterRules) {
    this.#tokens = tokens;
    this.#rules = rules;
  }

  parse(): Filter {
    const matches = this.#or('');
    if (this.#peek() !== undefined) throw this.#invalid();
    return { matches, isAdvanced: this.#isAdvanced };
  }

  #or(prefix: string): Predicate {
    let left = this.#and(prefix);
    while (this.#takeWord('or')) {
      const [a, b] = [left, this.#and(prefix)];
      left = (row) => a(row) || b(row);
    }
    return left;
  }

  #and(prefix: string): Predicate {
    let left = this.#unary(prefix);
    while (this.#takeWord('and')) {
      const [a, b] = [left, this.#unary(prefix)];
      left = (row) => a(row) && b(row);
    }
    return left;
  }

  #unary(prefix: string): Predicate {
    if (this.#takeWord('not')) {
      this.#uses('not');
      const inner = this.#unary(prefix);
      return (row) => !inner(row);
    }
    if (this.#takeSign('(')) {
      const inner = this.#or(prefix);
      this.#expectSign(')');
      return inner;
    }
    return this.#condition(prefix);
  }

  #condition(prefix: string): Predicate {
    const word = this.#expectWord();
    const call = FUNCTIONS[word.toLowerCase()];
    if (call !== undefined && this.#takeSign('(')) return this.#function(word.toLowerCase(), call, prefix);
    if (word.endsWith('/any') && this.#takeSign('(')) return this.#any(word.slice(0, -'/any'.length));
    if (word.endsWith('/$count')) return this.#countOf(word.slice(0, -'/$count'.length));
    const path = this.#path(word, prefix);
    if (this.#takeWord('in')) return this.#isIn(path);
    return this.#comparison(path);
  }

  #function(name: string, test: (a: string, b: string) => boolean, prefix: string): Predicate {
    this.#uses(name);
    const path = this.#path(this.#expectWord(), prefix);
    this.#expectSign(',');
    const value = this.#expectLiteral();
    this.#expectSign(')');
    return (row) => test(comparable(valueAt(row, path)), value);
  }

  /** `collection/any(x:x/member eq … and …)`, or `any(x:x eq …)` for plain values. */
  #any(collection: string): Predicate {
    const variable = this.#expectWord();
    this.#expectSign(':');
    const inner = this.#or(`${variable}=${collection}`);
    this.#expectSign(')');
    return (row) => {
      const items = row[collection];
      return Array.isArray(items) && items.some((item: unknown) => inner(isRow(item) ? item : { '': item }));
    };
  }

  #countOf(collection: string): Predicate {
    this.#uses('$count');
    this.#allowed(`${collection}/$count`);
    const operator = this.#expectWord().toLowerCase();
    const compare = COMPARISONS[operator];
    const value = this.#expectLiteral();
    if (compare === undefined) throw this.#invalid();
    return (row) => compare(String((row[collection] as unknown[] | undefined)?.length ?? 0), value);
  }

  #isIn(path: string): Predicate {
    this.#expectSign('(');
    const values = [this.#expectLiteral()];
    while (this.#takeSign(',')) values.push(this.#expectLiteral());
    this.#expectSign(')');
    return (row) => values.includes(comparable(valueAt(row, path)));
  }

  #comparison(path: string): Predicate {
    const operator = this.#expectWord().toLowerCase();
    const compare = COMPARISONS[operator];
    if (compare === undefined) throw this.#invalid();
    this.#uses(operator);
    const value = this.#expectLiteral();
    return (row) => compare(comparable(valueAt(row, path)), value);
  }

  /** The property inside a row; inside any() the variable stands for the item. */
  #path(word: string, prefix: string): string {
    const [variable, collection] = prefix === '' ? [undefined, undefined] : prefix.split('=', 2);
    if (variable === undefined || collection === undefined) {
      this.#allowed(word);
      return word;
    }
    const member = word === variable ? '' : word.startsWith(`${variable}/`) ? word.slice(variable.length + 1) : undefined;
    if (member === undefined) throw this.#invalid();
    this.#allowed(member === '' ? collection : `${collection}/${member}`);
    return member;
  }

  #allowed(path: string): void {
    if (this.#rules.properties.has(path)) return;
    throw unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${path}' of resource '${this.#rules.resource}'.`,
    );
  }

  #uses(operator: string): void {
    if (this.#rules.advanced.has(operator)) this.#isAdvanced = true;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    const hit = token?.kind === 'word' && token.text.toLowerCase() === word;
    if (hit) this.#at += 1;
    return hit;
  }

  #takeSign(sign: string): boolean {
    const token = this.#peek();
    const hit = token?.kind === 'sign' && token.text === sign;
    if (hit) this.#at += 1;
    return hit;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#invalid();
  }

  #expectWord(): string {
    const token = this.#peek();
    if (token?.kind !== 'word') throw this.#invalid();
    this.#at += 1;
    return token.text;
  }

  /** A quoted string, or a bare number, boolean, null, GUID or time. Compared as text without regard to case, as directory strings are. */
  #expectLiteral(): string {
    const token = this.#peek();
    if (token === undefined || token.kind === 'sign') throw this.#invalid();
    this.#at += 1;
    return token.text.toLowerCase();
  }

  #invalid(): Error {
    return unsupportedQuery('Invalid filter clause.');
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

function valueAt(row: Row, path: string): unknown {
  return path.split('/').reduce<unknown>((value, name) => (isRow(value) ? value[name] : undefined), row);
}

function comparable(value: unknown): string {
  return value === undefined || value === null ? 'null' : String(value).toLowerCase();
}
