import { splitRuleIdentity } from '../../../domain/change/rule-identity.ts';
import type { PlannedChange } from './batch-plan.ts';
import type { RowWrite } from './script.ts';
import type { RuleSpelling } from './spelling.ts';

/** Words that point to a failed line; ours, not the vendor's (audiocodes-sbc §10.2). A hit is a suspicion, reading back decides. */
const SUSPICIOUS =
  /invalid|incomplete|ambiguous|unknown|error|failed|failure|cannot|not allowed|not supported|out of range|already|warning|refused|denied/i;

/** A device's echo of a command: everything up to the prompt's `#` and what was typed behind it. */
const ECHO = /^\S*#\s/;

/**
 * Which of the sent changes the device's words name as failed, with what it said. The echo tells where in the script a message belongs;
 * a message that quotes a prefix or name tells by itself. Empty when nothing can be told.
 */
export function namedFailures(output: string, sent: readonly PlannedChange[], { steps }: RuleSpelling): Map<PlannedChange, string> {
  const failures = new Map<PlannedChange, string>();
  const opener = steps.at(-1)?.words.join(' ') ?? '';
  let current: PlannedChange | undefined;
  for (const piece of output.split(/\r?\n|\. /)) {
    const line = piece.trim();
    const named = sent.find((planned) => mentions(line, planned));
    if (ECHO.test(line)) current = named ?? openedBy(line.replace(ECHO, ''), sent, opener) ?? current;
    else if (SUSPICIOUS.test(line)) {
      const blamed = named ?? current;
      if (blamed !== undefined && !failures.has(blamed)) failures.set(blamed, line);
    }
  }
  return failures;
}

/**
 * What the device said to the first command of a script when it refused just that; undefined when it took it. A session that starts in basic
 * mode knows no `configure`, and so nothing of the script can come about (audiocodes-sbc §10.1: which mode a script starts in is not proven).
 */
export function refusalOfFirstCommand(output: string, command: string): string | undefined {
  const pieces = output.split(/\r?\n|\. /).map((piece) => piece.trim());
  const at = pieces.findIndex((piece) => piece === command || piece.endsWith(` ${command}`));
  const answer = at === -1 ? undefined : pieces[at + 1];
  return answer !== undefined && !ECHO.test(answer) && SUSPICIOUS.test(answer) ? answer : undefined;
}

function mentions(line: string, { change, writes }: PlannedChange): boolean {
  const { prefix } = splitRuleIdentity(change.name);
  return containsWord(line, prefix) || writes.some((write) => write.write === 'put' && containsWord(line, write.values.Name));
}

/** `+4143` must not be found in `+41430001`. */
function containsWord(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at !== -1; at = line.indexOf(word, at + 1)) {
    if (!/[\w+[\]-]/.test(line[at - 1] ?? ' ') && !/[\w[\]-]/.test(line[at + word.length] ?? ' ')) return true;
  }
  return false;
}

/** A row number alone is no identity when several plans are in the script. */
function openedBy(command: string, sent: readonly PlannedChange[], opener: string): PlannedChange | undefined {
  const number = command.replace(/^no /, '').startsWith(`${opener} `) ? command.split(' ').at(-1) : undefined;
  const opened = number === undefined ? [] : sent.filter(({ writes }) => writes.some((write) => isNumbered(write, number)));
  return opened.length === 1 ? opened[0] : undefined;
}

function isNumbered({ at }: RowWrite, number: string): boolean {
  return String(at.ruleIndex) === number || String(at.line) === number;
}
