import { describe, expect, it } from 'vitest';
import { findLeftovers } from './leftovers.ts';
import { findDeadLinks } from './links.ts';
import { findMachineTraces } from './machine-traces.ts';
import { ROOT } from './place.ts';
import { findUnexplainedReasons, findUnusedReasons, reasonsIn } from './reasons.ts';
import { coverageOf, findUnknownRows, misplacedRows, type RunTest, rowsOf } from './rows.ts';
import { report, rule, runSteps } from './runner.ts';
import { findLongFiles } from './size.ts';
import { describeFinding, type Finding, type Source } from './sources.ts';

const source = (path: string, ...lines: readonly string[]): Source => ({ path, text: lines.join('\n') });
const places = (findings: readonly Finding[]): string[] => findings.map(({ path, line }) => `${path}:${line}`);

describe('leftovers', () => {
  it.each([
    ['operator/a.ts', `// ${'TO'}DO: later`],
    ['docs/a.md', `${'FIX'}ME`],
    ['operator/a.test.ts', `it${'.only'}('x', () => undefined);`],
    ['test/a.test.ts', `describe${'.skip'}('x', () => undefined);`],
    ['README.md', '<'.repeat(7)],
    ['package.json', `${'>'.repeat(7)} branch`],
    ['operator/a.ts', '  debugger;'],
    ['operator/a.ts', `  readonly name: string /** Of the next field. ${'*'}/;`],
  ])('in %s: %s', (path, text) => {
    expect(places(findLeftovers([source(path, 'fine', text)]))).toEqual([`${path}:2`]);
  });

  it('lets through what only looks like one', () => {
    const fine = [
      source('operator/a.ts', "const only = list.only('x'); // the todo list of a customer"),
      source('README.md', 'Heading', '======='.slice(1)),
    ];
    expect(findLeftovers(fine)).toEqual([]);
  });
});

describe('traces of one machine', () => {
  it('finds homes, the checkout itself and hosts of mirrors in the lockfile', () => {
    const found = findMachineTraces(
      [
        source('docs/a.md', `see /${'home'}/ann/trunkline`, '/opt/checkout/README.md'),
        source('package-lock.json', '"resolved": "https://mirror.example/axios.tgz"', '"resolved": "https://registry.npmjs.org/axios.tgz"'),
      ],
      '/opt/checkout',
    );
    expect(places(found)).toEqual(['docs/a.md:1', 'docs/a.md:2', 'package-lock.json:1']);
  });

  it('lets paths inside a container and relative ones through', () => {
    expect(findMachineTraces([source('Dockerfile', 'WORKDIR /app', 'COPY ./home/x /etc/trunkline')], '/opt/checkout')).toEqual([]);
  });
});

describe('links between pages', () => {
  it('are told when file or heading is not there', () => {
    const page = source(
      'docs/a.md',
      '# The house',
      '[ok](#the-house) [no](#the-garden)',
      '[ok](../package.json) [no](nowhere.md)',
      '[ok](https://a.example/x)',
    );
    const dead = findDeadLinks([page, source('README.md', '[ok](docs/a.md#the-house)', '[no](docs/a.md#roof)')], ROOT);
    expect(dead.filter(({ path }) => path === 'docs/a.md').map(({ line, says }) => `${line} ${says}`)).toEqual([
      '2 #the-garden leads nowhere',
      '3 nowhere.md leads nowhere',
    ]);
  });
});

describe('rows of the requirements', () => {
  it('are named by their id, several with a comma or each in brackets of its own', () => {
    const titles = [source('a.test.ts', "it('[S001, S385] works'", "it('[S386] x'", "it('[S12] y'", "it('[S212][S213] [S999] z'")];
    expect(findUnknownRows(titles).map(({ line, says }) => `${line} ${says.slice(0, 20)}`)).toEqual([
      '2 there is no row S386',
      '3 there is no row S12;',
      '4 there is no row S999',
    ]);
    expect(rowsOf('[S001, S002] [S003][S004] and [S005]')).toEqual(['S001', 'S002', 'S003', 'S004']);
    expect(rowsOf('works as [S001] says')).toEqual([]);
  });

  it('are told when they stand anywhere but first, in titles made while the tests ran too', () => {
    const test = (title: string, ...ancestorTitles: string[]): RunTest => ({ title, status: 'passed', ancestorTitles });
    const tests = [test('[S001] refuses', 'a suite'), test('refuses [S001] x', 'suite [S002]'), test('[S003] x [S004]', 'suite [S002]')];
    expect(misplacedRows(tests)).toEqual(['refuses [S001] x', 'suite [S002]', '[S003] x [S004]']);
  });

  it('are looked for in tests only', () => {
    expect(findUnknownRows([source('operator/a.ts', "'[S999] no title'")])).toEqual([]);
  });

  it('count when a test that names them passed and none failed', () => {
    const test = (title: string, status = 'passed', ...ancestorTitles: string[]): RunTest => ({ title, status, ancestorTitles });
    const coverage = coverageOf([
      test('[S001] works'),
      test('works too', 'passed', '[S212] a suite'),
      test('[S002] does not', 'failed'),
      test('[S003] did once'),
      test('[S003] does no more', 'failed'),
      test('[S004] was not run', 'skipped'),
      test('[S017, S385] of other priorities'),
    ]);
    expect(coverage.map(({ priority, proven }) => [priority, proven])).toEqual([
      ['core', ['S001', 'S212']],
      ['important', ['S017', 'S385']],
      ['later', []],
      ['not applicable', []],
    ]);
    expect(coverage.reduce((sum, { rows }) => sum + rows, 0)).toBe(385);
  });
});

describe('reasons', () => {
  const code = source(
    'operator/a.ts',
    "const a = { reason: 'AlphaGone', message: 'NotAReason' };",
    "const b = { reason: state === 'NotThis' ? 'BetaGone' : 'GammaGone' };",
    "interface C { readonly reason: 'DeltaGone' | 'EpsilonGone'; }",
    "type SomeReason = 'ZetaGone';",
    'function row(status: string, reason: string, message: string): void {}',
    "row('True', isLate ? 'EtaGone' : thetaOf('x, y', ['a', 'b']), `Says, (this)`);",
    "row('True', 'ThetaGone', 'Message');",
  );

  it('are found in objects, choices, types and arguments', () => {
    const found = reasonsIn(code).map(({ reason }) => reason);
    const expected = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta'].map((name) => `${name}Gone`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('without an entry in the catalogue are told with their line', () => {
    const explained = new Set(reasonsIn(code).map(({ reason }) => reason));
    explained.delete('GammaGone');
    explained.delete('ThetaGone');
    expect(places(findUnexplainedReasons([code], explained))).toEqual(['operator/a.ts:2', 'operator/a.ts:7']);
    expect(findUnexplainedReasons([{ ...code, path: 'operator/a.test.ts' }], explained)).toEqual([]);
  });
});

describe('explained reasons', () => {
  it('are given by the operator, or say that a later release gives them', () => {
    const code = [
      source('operator/a.ts', "waits('Accepted', 'AlphaGone');", "waits('Accepted', 'BetaGone');"),
      source('operator/a.test.ts', "expect('GammaGone');"),
      source('operator/api/reasons/spec.ts', "const same = 'GammaGone';"),
    ];
    const entries = { AlphaGone: {}, BetaGone: { isLater: true }, GammaGone: {}, DeltaGone: { isLater: true } } as const;
    expect(findUnusedReasons(code, entries).map(({ says }) => says)).toEqual([
      'reason BetaGone is given by now and still marked as later',
      'reason GammaGone is explained and never given; take it out, or mark it as later',
    ]);
  });
});

describe('length of files', () => {
  it('tells those above 300 lines', () => {
    const [long, short] = [301, 300].map((lines) => source(`${lines}.ts`, `${'x\n'.repeat(lines)}`)) as [Source, Source];
    expect(findLongFiles([long, short]).map(describeFinding)).toEqual(['301.ts: 301 lines; look twice above 300']);
  });
});

describe('the run of all steps', () => {
  it('goes on after a failure and a throw, and ends as failed with their names', async () => {
    const lines: string[] = [];
    const finding = { path: 'a.ts', line: 3, says: 'bad' };
    const steps = [
      rule('first', () => [finding]),
      {
        name: 'second',
        run: () => {
          throw new Error('broke');
        },
      },
      report('third', () => [finding]),
      rule('fourth', () => []),
    ];
    expect(await runSteps(steps, (line) => lines.push(line))).toBe(false);
    const text = lines.join('\n').replaceAll(/\d+\.\d s/g, '0.0 s');
    expect(text).toContain('FAILED first (0.0 s)\n       a.ts:3: bad\nFAILED second');
    expect(text).toContain('broke');
    expect(text).toContain('ok     third (0.0 s)\n       a.ts:3: bad\nok     fourth (0.0 s)');
    expect(text).toContain('4 checks in 0.0 s: 2 failed: first, second');
  });

  it('ends as passed when nothing failed', async () => {
    expect(await runSteps([rule('only', () => [])], () => undefined)).toBe(true);
  });
});
