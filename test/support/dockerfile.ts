/** One instruction of a Dockerfile, with its continued lines joined. */
export interface Instruction {
  readonly line: number;
  /** In capitals. */
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** `ARG`s before the first stage. */
  readonly arguments: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

/** Reads the part of the Dockerfile language that ours uses; here-documents and other escape characters are not part of it. */
export function parseDockerfile(text: string): Dockerfile {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const globals = new Map<string, string>();
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.word === 'FROM') {
      const [, image = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? [];
      stages.push({ image, name, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.word === 'ARG') {
      const [name = '', value = ''] = instruction.rest.split('=');
      globals.set(name, value);
    } else throw new Error(`line ${instruction.line}: ${instruction.word} before the first FROM`);
  }
  return { arguments: globals, stages };
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: Instruction | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const isContinued = raw.endsWith('\\');
    const part = raw.replace(/\\$/, '').trim();
    const [word = '', ...rest] = part.split(/\s+/);
    const current: Instruction =
      open === undefined ? { line: index + 1, word: word.toUpperCase(), rest: rest.join(' ') } : { ...open, rest: `${open.rest} ${part}` };
    if (isContinued) open = current;
    else {
      found.push(current);
      open = undefined;
    }
  }
  return found;
}
