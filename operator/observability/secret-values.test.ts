import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { SecretValues } from './secret-values.ts';

describe('secret values', () => {
  it('are masked wherever they stand, also as JSON and in addresses write them', () => {
    const secrets = new SecretValues();
    secrets.add('pass"word&1');
    const forms = ['pass"word&1', 'pass\\"word&1', 'pass%22word%261'];
    for (const form of forms) expect(secrets.mask(`before ${form} after`)).toBe('before [secret] after');
  });

  it('are masked as they are used: without the line end that a Secret made from a file has', () => {
    const secrets = new SecretValues();
    secrets.add('correct horse\n');
    expect(secrets.mask('"correct horse"')).toBe('"[secret]"');
  });

  it('leave nothing of a longer one that begins like a shorter one', () => {
    const secrets = new SecretValues();
    secrets.add('correct horse');
    secrets.add('correct horse battery');
    expect(secrets.mask('correct horse battery, correct horse!')).toBe('[secret], [secret]!');
  });

  it('are masked until the last user has taken them back', () => {
    const secrets = new SecretValues();
    const [first, second] = [secrets.add('correct horse'), secrets.add('correct horse')];
    first();
    first();
    expect(secrets.mask('correct horse')).toBe('[secret]');
    second();
    expect(secrets.mask('correct horse')).toBe('correct horse');
  });

  it('leave ordinary words alone, and know tokens by their shape', () => {
    const secrets = new SecretValues();
    secrets.add('admin');
    expect(secrets.mask('admin sent Bearer abcdefgh.ijk')).toBe('admin sent Bearer [secret]');
    expect(secrets.mask('token eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln')).toBe('token [secret]');
  });

  it('never show in what is masked, whatever stands around them', () => {
    const value = fc.stringMatching(/^[a-z]{8,20}$/);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.array(fc.string(), { maxLength: 6 }), (values, around) => {
        const secrets = new SecretValues();
        for (const each of values) secrets.add(each);
        const masked = secrets.mask(around.flatMap((text, index) => [text, values[index % values.length] ?? '']).join('|'));
        for (const each of values) expect(masked).not.toContain(each);
      }),
    );
  });
});
