import {
  type Frame,
  promptOf,
  type RowAddress,
  type RowFrame,
  readAddress,
  readKey,
  readSection,
  type SectionFrame,
  words,
} from './cli-grammar.ts';
import type { Configuration } from './configuration.ts';
import type { Dialect } from './dialect.ts';
import { checkValue } from './row-rules.ts';
import { Refusal } from './schema.ts';

/** What a script did, line by line. */
export interface ScriptReport {
  /** What the device printed, with prompts. */
  readonly output: readonly string[];
  readonly errors: readonly { readonly line: number; readonly text: string; readonly message: string }[];
  /** Rows created, changed and deleted. */
  readonly rowsChanged: number;
  /** Whether `write` was among the lines. */
  readonly saved: boolean;
}

/** What a script can reach beside the tables. */
export interface ScriptHost {
  /** Lines of a `show` command, undefined when there is no such command. */
  show(command: readonly string[]): readonly string[] | undefined;
  /** `write`: running to flash. */
  save(): void;
}

const NOT_IN_SCRIPTS = new Set(['copy', 'reload', 'reset', 'ping', 'traceroute', 'debug']);

/** Runs one script over a configuration as the device's command line does: row by row, nothing is undone (audiocodes-sbc §10, §11.1). */
export class CliSession {
  readonly #configuration: Configuration;
  readonly #dialect: Dialect;
  readonly #host: ScriptHost;
  readonly #output: string[] = [];
  readonly #errors: { line: number; text: string; message: string }[] = [];
  #frames: Frame[];
  #rowsChanged = 0;
  #saved = false;

  constructor(configuration: Configuration, dialect: Dialect, host: ScriptHost) {
    this.#configuration = configuration;
    this.#dialect = dialect;
    this.#host = host;
    this.#frames = [{ kind: 'mode', mode: configuration.switches.startMode() }];
  }

  run(script: string): ScriptReport {
    for (const [at, raw] of script.split(/\r?\n/).entries()) {
      const line = raw.trim();
      if (line === '') continue;
      if (!this.#runLine(line, at + 1) && this.#configuration.switches.afterError() === 'stops') break;
    }
    this.#end();
    return { output: this.#output, errors: this.#errors, rowsChanged: this.#rowsChanged, saved: this.#saved };
  }

  #runLine(line: string, at: number): boolean {
    this.#output.push(`${promptOf(this.#frame, this.#dialect)} ${line.replace(/^(password\s+).*/i, '$1*')}`);
    try {
      this.#execute(line);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.#errors.push({ line: at, text: line, message: thrown.message });
      if (this.#configuration.switches.failureText() === 'printed') this.#output.push(errorText(thrown.message));
      return false;
    }
  }

  get #frame(): Frame {
    return this.#frames.at(-1) ?? { kind: 'mode', mode: 'enable' };
  }

  #execute(line: string): void {
    if (line.startsWith('#')) {
      if (this.#configuration.switches.comments() === 'refused') throw new Refusal('Invalid command');
      return;
    }
    const typed = words(line);
    const frame = this.#frame;
    if (frame.kind === 'mode') this.#inMode(frame.mode, typed);
    else if (typed[0] === 'exit' && typed.length === 1) this.#exit(frame);
    else if (frame.kind === 'section') this.#inSection(frame, typed);
    else this.#inRow(frame, typed);
  }

  #inMode(mode: 'basic' | 'enable', typed: readonly string[]): void {
    const [command = '', ...rest] = typed;
    if (NOT_IN_SCRIPTS.has(command)) throw new Refusal(`${command} is not allowed in a script: not supported`);
    if (command === 'show') this.#show(rest);
    else if (mode === 'enable' && command === 'write' && rest.length === 0) this.#write();
    else if (mode === 'enable' && command === 'configure') this.#configure(rest);
    else throw new Refusal('Invalid command');
  }

  #configure([root, ...more]: readonly string[]): void {
    if (root === undefined) throw new Refusal('Incomplete command');
    if (more.length > 0 || !isRoot(root)) throw new Refusal('Invalid command');
    this.#frames.push({ kind: 'section', root, contexts: [], within: undefined });
  }

  #show(command: readonly string[]): void {
    const lines = this.#host.show(command);
    if (lines === undefined) throw new Refusal('Invalid command');
    for (const line of lines) this.#output.push(line);
  }

  #write(): void {
    this.#host.save();
    this.#saved = true;
    this.#output.push('Writing configuration...done');
  }

  #inSection(frame: SectionFrame, typed: readonly string[]): void {
    if (typed[0] === 'no') this.#delete(readAddress(this.#dialect, frame, typed.slice(1)));
    else this.#descend(frame, typed);
  }

  #inRow(frame: RowFrame, typed: readonly string[]): void {
    if (typed[0] === 'activate' && typed.length === 1) this.#activate(frame);
    else if (typed[0] === 'no') this.#delete(readAddress(this.#dialect, frame, typed.slice(1)));
    else if (!this.#setKey(frame, typed)) this.#descend(frame, typed);
  }

  #setKey(frame: RowFrame, typed: readonly string[]): boolean {
    const key = readKey(this.#dialect, frame.table, typed);
    if (key === undefined) return false;
    checkValue(frame.table, key.column, key.value, this.#configuration.limits);
    frame.draft.set(key.column.name, key.value);
    if (frame.state !== 'new') frame.state = 'changed';
    return true;
  }

  /** Opens a row or enters a section below the present place. */
  #descend(frame: SectionFrame | RowFrame, typed: readonly string[]): void {
    const address = readAddress(this.#dialect, frame, typed);
    const section = address === undefined ? readSection(this.#dialect, frame, typed) : undefined;
    if (address === undefined && section === undefined) throw new Refusal('Invalid command');
    // Children belong to a row that exists: the device has no half rows (§11.1).
    if (frame.kind === 'row' && frame.state !== 'committed') throw new Refusal('cannot open a row here: the row above is not activated');
    if (address !== undefined) this.#open(address);
    else if (section !== undefined) this.#frames.push(section);
  }

  #open({ table, index, parent }: RowAddress): void {
    const exists = this.#configuration.row(table.name, index, parent) !== undefined;
    this.#frames.push({ kind: 'row', table, index, parent, draft: new Map(), state: exists ? 'committed' : 'new' });
  }

  #delete(address: RowAddress | undefined): void {
    if (address === undefined) throw new Refusal('Invalid command');
    this.#configuration.remove(address.table.name, address.index, address.parent);
    this.#rowsChanged += 1;
  }

  #activate(frame: RowFrame): void {
    if (frame.state === 'committed') return;
    const { table, index, parent } = frame;
    const before = this.#configuration.row(table.name, index, parent)?.values ?? {};
    frame.state = 'failed';
    const row = this.#configuration.complete(table, index, { ...before, ...Object.fromEntries(frame.draft) }, parent);
    if (this.#configuration.put(table.name, row)) this.#rowsChanged += 1;
    frame.draft = new Map();
    frame.state = 'committed';
  }

  /** Leaving a row commits it (§10.1); one whose `activate` failed is given up. */
  #exit(frame: SectionFrame | RowFrame): void {
    this.#frames.pop();
    if (frame.kind === 'row' && (frame.state === 'new' || frame.state === 'changed')) this.#activate(frame);
  }

  #end(): void {
    if (this.#configuration.switches.openRowAtEnd() === 'discarded') return;
    for (const frame of this.#frames.toReversed()) {
      if (frame.kind !== 'row' || (frame.state !== 'new' && frame.state !== 'changed')) continue;
      try {
        this.#activate(frame);
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        this.#errors.push({ line: 0, text: 'end of script', message: thrown.message });
      }
    }
  }
}

function isRoot(word: string): word is SectionFrame['root'] {
  return ['voip', 'network', 'system', 'troubleshoot'].includes(word);
}

function errorText(message: string): string {
  return /^(invalid|incomplete) command/i.test(message) ? message : `Error: ${message}`;
}
