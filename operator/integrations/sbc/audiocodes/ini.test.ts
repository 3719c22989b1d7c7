import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import { columnAt, parseIni } from './ini.ts';

const NEWER = [
  ';Board: Mediant SW',
  ';Serial Number: 123456789012345',
  '',
  '[SYSTEM Params]',
  '',
  "SyslogServerIP = '192.0.2.9'",
  'EnableSyslog = 1',
  ';VpFileUrl is hidden but has non-default value',
  '',
  '[ DialPlan ]',
  'FORMAT Index = Name;',
  'DialPlan 0 = "TeamsTenants";',
  'DialPlan 1 = "CustDialPlan";',
  '[ \\DialPlan ]',
  '',
  '[ DialPlanRule ]',
  'FORMAT Index = DialPlanName, RuleIndex, Name, Prefix, Tag;',
  'DialPlanRule 0 = "CustDialPlan", 2, "acme", "+41430001[000-199]", "acme.teams.carrier.example";',
  'DialPlanRule 7 = "CustDialPlan", 3, "a,b;c", "+41430002", "x;country=ch,de", ;',
  '[ \\DialPlanRule ]',
  '',
].join('\n');

describe('ini file', () => {
  it('keeps what is whole and reports a row with more values than columns, with its line', () => {
    const ini = parseIni(NEWER);
    expect(ini.problems).toEqual([{ line: 19, message: 'table DialPlanRule: 6 values for 5 columns' }]);
    expect(ini.tables.get('dialplanrule')?.rows).toEqual([
      { index: 0, values: ['CustDialPlan', '2', 'acme', '+41430001[000-199]', 'acme.teams.carrier.example'] },
    ]);
    expect([ini.header, [...ini.params]]).toEqual([
      ['Board: Mediant SW', 'Serial Number: 123456789012345'],
      [
        ['syslogserverip', '192.0.2.9'],
        ['enablesyslog', '1'],
      ],
    ]);
  });

  it('[S176] reads strings that hold separators, empty fields, $$ and bare numbers', () => {
    const ini = parseIni('[ T ]\nFORMAT Index = A, B, C, D, E, F;\nT 3 = "a;b,c", , $$, -1, "", "$$";\n[ \\T ]\n');
    expect([ini.problems, ini.tables.get('t')?.rows[0]?.values]).toEqual([[], ['a;b,c', null, null, '-1', '', '$$']]);
  });

  it('reads the FORMAT of older firmware, with CRLF, to the same table as the newer one', () => {
    const older =
      '[ DialPlanRule ]\r\nFORMAT DialPlanRule_Index = DialPlanRule_DialPlanName, DialPlanRule_Tag;\r\nDialPlanRule 0 = "P", "t";\r\n[ \\DialPlanRule ]\r\n';
    const newer = '[DialPlanRule]\nFORMAT Index = DialPlanName, Tag;\nDialPlanRule 0 = "P", "t";\n[\\DialPlanRule]\n';
    expect(parseIni(older)).toEqual(parseIni(newer));
    expect(columnAt(parseIni(older).tables.get('dialplanrule') ?? { name: '', columns: [], rows: [] }, 'TAG')).toBe(1);
  });

  it('keeps tables that nobody here knows and treats a bracketed line without FORMAT as a heading', () => {
    const ini = parseIni(
      '[ Voice Engine Params ]\nA = 1\n[ Strange ]\nFORMAT Index = X;\nStrange 0 = 5;\n[ \\Strange ]\n[ Empty ]\n[ \\Empty ]\n',
    );
    expect([[...ini.tables.keys()], ini.problems]).toEqual([['strange'], []]);
  });

  it.each([
    ['in a row', 'DialPlanRule 0 = "CustDialPlan", 2, "ac'],
    ['between two values', 'DialPlanRule 0 = "CustDialPlan", 2,'],
    ['before the end of a row', 'DialPlanRule 0 = "CustDialPlan", 2, "a", "+4", "t"'],
    ['after a whole row', 'DialPlanRule 0 = "CustDialPlan", 2, "a", "+4", "t";'],
    ['after a whole row and its line end', 'DialPlanRule 0 = "CustDialPlan", 2, "a", "+4", "t";\n'],
    ['in the end mark', 'DialPlanRule 0 = "CustDialPlan", 2, "a", "+4", "t";\n[ \\DialPl'],
  ])('says that a file is cut off %s', (_, tail) => {
    const ini = parseIni(`[ DialPlanRule ]\nFORMAT Index = DialPlanName, RuleIndex, Name, Prefix, Tag;\n${tail}`);
    expect(ini.problems).not.toEqual([]);
  });

  it.each([
    ['a parameter', "Name = 'abc"],
    ['FORMAT', '[ T ]\nFORMAT Index = A, B'],
    ['a heading', '[ Dial'],
    ['a bare last line', 'Name = 12'],
  ])('says that a file is cut off in %s', (_, text) => {
    expect(parseIni(text).problems).not.toEqual([]);
  });

  it.each([
    ['[ \\T ]\n', 'table T ends without having begun'],
    ['[ T ]\nFORMAT Index = A;\nT 0 = 1;\nT 0 = 2;\n[ \\T ]\n', 'table T: row 0 appears twice'],
    ['[ T ]\nFORMAT Index = A;\nU 0 = 1;\n[ \\T ]\n', 'a row of U in table T'],
    ['[ T ]\nFORMAT Index = A;\nT 0 = 1;\n[ U ]\nFORMAT Index = A;\n[ \\U ]\n', 'table T, opened in line 1, has no end'],
    ['FORMAT Index = A;\n', 'FORMAT outside of a table'],
    ['<html>\n', 'neither a table, a parameter nor a comment'],
  ])('finds what is wrong in %j', (text, message) => {
    expect(parseIni(text).problems.map((problem) => problem.message)).toContain(
      message.replace('line 1', text.startsWith('[ T ]') ? 'line 2' : 'line 1'),
    );
  });

  it('finds a cut at every place of a real file, except where only comments or blanks are lost', () => {
    const text = NEWER.replace('"x;country=ch,de", ;', '"x;country=ch,de";');
    expect(parseIni(text).problems).toEqual([]);
    const silent = [...text].map((_, at) => at).filter((at) => parseIni(text.slice(0, at)).problems.length === 0);
    const ends = silent.map((at) => text.slice(0, at).trimEnd().split('\n').at(-1) ?? '');
    expect(
      [...new Set(ends)].filter(
        (line) => !/^(;.*|\[ \\DialPlan(Rule)? \]|\[SYSTEM Params\]|SyslogServerIP = '192.0.2.9'|EnableSyslog = 1|)$/.test(line),
      ),
    ).toEqual([]);
  });

  it('never throws, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('[ T ]', '[ \\T ]', 'FORMAT Index = A, B;', 'T 0 = "a", $$;', 'T 1 = ', '"', ';', '\r', '=', '[', ']'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', ' '), (pieces, join) => {
        const ini = parseIni(pieces.join(join));
        for (const table of ini.tables.values()) for (const row of table.rows) expect(row.values).toHaveLength(table.columns.length);
      }),
    );
  });

  it('reads back any value that can be printed', () => {
    const text = fc.string({ maxLength: 30 }).map((value) => value.replace(/["\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.integer()), { maxLength: 20 }), (rows) => {
        const lines = rows.map(([word, number], at) => `T ${at} = "${word}", ${number};`);
        const ini = parseIni(['[ T ]', 'FORMAT Index = A, B;', ...lines, '[ \\T ]', ''].join('\n'));
        expect(ini.problems).toEqual([]);
        expect(ini.tables.get('t')?.rows.map(({ values }) => values)).toEqual(rows.map(([word, number]) => [word, String(number)]));
      }),
    );
  });
});
