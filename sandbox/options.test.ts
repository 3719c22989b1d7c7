import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('flags of the sandbox', () => {
  it('starts the quickstart and stays when nothing is said', () => {
    expect(parseOptions([])).toEqual({ once: false, examples: ['examples/quickstart'], profile: 'zero', timeoutMs: 180_000 });
  });

  it('takes every flag', () => {
    const args = '--once --examples a --examples b --profile realistic --timeout 9.5 --record r.har --log l --context c --kubeconfig k';
    expect(parseOptions(args.split(' '))).toEqual({
      once: true,
      examples: ['a', 'b'],
      profile: 'realistic',
      timeoutMs: 9_500,
      record: 'r.har',
      log: 'l',
      context: 'c',
      kubeconfig: 'k',
    });
  });

  it('asks for the help text', () => {
    expect(parseOptions(['--help', '--once'])).toBeUndefined();
  });

  it.each([
    [['--profile', 'fast'], '--profile is zero or realistic, not fast'],
    [['--timeout', 'soon'], '--timeout is a number of seconds above 0, not soon'],
    [['--timeout', '0'], '--timeout is a number of seconds above 0, not 0'],
    [['--examle', 'x'], '--examle'],
    [['quickstart'], 'quickstart'],
  ])('refuses %j by name', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
