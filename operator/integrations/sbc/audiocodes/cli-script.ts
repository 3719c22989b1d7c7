/** One word of a line. Quotes keep blanks together; the device documents no escape for a quote inside (audiocodes-sbc §8.1). */
export interface CliWord {
  readonly text: string;
  readonly quoted: boolean;
}

/** A line with the lines below it. What it means (a context, a row, a key) is for a dialect to say. */
export interface CliNode {
  readonly words: readonly CliWord[];
  readonly parent: CliNode | undefined;
  readonly children: readonly CliNode[];
  /** `activate` stands among the lines below. */
  readonly activates: boolean;
  /** Closed by an `exit` of its own indentation. */
  readonly exits: boolean;
}

/** Lines of a script, or undefined when a quote in it is never closed. */
export function wordsOf(line: string): CliWord[] | undefined {
  if ((line.match(/"/g)?.length ?? 0) % 2 === 1) return undefined;
  return (line.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) =>
    word.startsWith('"') ? { text: word.slice(1, -1), quoted: true } : { text: word, quoted: false },
  );
}

interface OpenNode {
  readonly words: readonly CliWord[];
  readonly parent: OpenNode | undefined;
  readonly children: OpenNode[];
  readonly indent: number;
  activates: boolean;
  exits: boolean;
}

/**
 * Reads a downloaded CLI script into a tree by indentation, without knowing any spelling: that is what dialects are learned from.
 * Never throws. A line that cannot be read is left out; a script without indentation gives a flat tree, from which nothing is learned.
 */
export function parseCliScript(text: string): readonly CliNode[] {
  const roots: OpenNode[] = [];
  const stack: OpenNode[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const words = isNoise(line) ? undefined : wordsOf(line);
    if (words === undefined || words.length === 0) continue;
    const indent = line.length - line.trimStart().length;
    if (isWord(words, 'exit')) closeAt(stack, indent);
    else openAt(stack, roots, indent, words);
  }
  return roots;
}

/** Comments, and the request line that old firmware puts into the download (audiocodes-sbc §7.2). */
function isNoise(line: string): boolean {
  const text = line.trimStart();
  return text.startsWith('#') || text.startsWith('!') || text.startsWith('GET /');
}

function isWord(words: readonly CliWord[], text: string): boolean {
  return words.length === 1 && words[0]?.text === text && !words[0].quoted;
}

function closeAt(stack: OpenNode[], indent: number): void {
  while ((stack.at(-1)?.indent ?? -1) > indent) stack.pop();
  const closed = stack.at(-1);
  if (closed?.indent !== indent) return;
  closed.exits = true;
  stack.pop();
}

function openAt(stack: OpenNode[], roots: OpenNode[], indent: number, words: readonly CliWord[]): void {
  while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop();
  const parent = stack.at(-1);
  if (isWord(words, 'activate')) {
    if (parent !== undefined) parent.activates = true;
    return;
  }
  const node: OpenNode = { words, parent, children: [], indent, activates: false, exits: false };
  (parent?.children ?? roots).push(node);
  stack.push(node);
}
