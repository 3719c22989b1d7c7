import { spawn } from 'node:child_process';
import { commandPath, ROOT } from './place.ts';
import { describeFinding, type Finding } from './sources.ts';

export interface Verdict {
  readonly ok: boolean;
  /** Printed below the step's line when it failed, or when it has something to say all the same. */
  readonly details: string;
}

export interface Step {
  readonly name: string;
  run(): Verdict | Promise<Verdict>;
}

/** A tool that npm installed; its output is shown when it fails. */
export function tool(name: string, command: string, args: readonly string[]): Step {
  return {
    name,
    run: () =>
      new Promise((resolve, reject) => {
        const child = spawn(commandPath(command), args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
        const output: string[] = [];
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
        child.on('error', reject);
        child.on('close', (code) => resolve({ ok: code === 0, details: code === 0 ? '' : output.join('') }));
      }),
  };
}

/** A check of ours; anything found fails it. */
export function rule(name: string, find: () => readonly Finding[]): Step {
  return { name, run: () => verdictOf(find(), (count) => count === 0) };
}

/** A check of ours that only tells. */
export function report(name: string, find: () => readonly Finding[]): Step {
  return { name, run: () => verdictOf(find(), () => true) };
}

function verdictOf(findings: readonly Finding[], isOk: (count: number) => boolean): Verdict {
  return { ok: isOk(findings.length), details: findings.map(describeFinding).join('\n') };
}

/** Runs all steps in order, one line each with its seconds, and sums up. True when all passed. */
export async function runSteps(steps: readonly Step[], print: (line: string) => void = console.log): Promise<boolean> {
  const failed: string[] = [];
  const startedAt = performance.now();
  for (const step of steps) {
    const stepStartedAt = performance.now();
    const { ok, details } = await verdict(step);
    print(`${ok ? 'ok    ' : 'FAILED'} ${step.name} (${secondsSince(stepStartedAt)} s)`);
    if (details !== '') print(details.trimEnd().replaceAll(/^/gm, '       '));
    if (!ok) failed.push(step.name);
  }
  const all = `${steps.length} checks in ${secondsSince(startedAt)} s`;
  print(failed.length === 0 ? `${all}: all passed` : `${all}: ${failed.length} failed: ${failed.join(', ')}`);
  return failed.length === 0;
}

async function verdict(step: Step): Promise<Verdict> {
  try {
    return await step.run();
  } catch (thrown) {
    return { ok: false, details: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
