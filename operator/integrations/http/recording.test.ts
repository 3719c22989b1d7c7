import { describe, expect, it } from 'vitest';
import { Masker } from './recording.ts';

const masker = new Masker({ fields: ['id', 'status', 'profile'] });
const json = (value: unknown): unknown => JSON.parse(masker.body(JSON.stringify(value), 'application/json; charset=utf-8'));

describe('what a recording keeps', () => {
  it('of JSON: plain values of listed members, whatever the case, and what is no value', () => {
    expect(json({ ID: 'a', status: ['x', 'y'], password: 'p', n: 7, flag: true, none: null })).toEqual({
      ID: 'a',
      status: ['x', 'y'],
      password: '***',
      n: '***',
      flag: true,
      none: null,
    });
  });

  it('of what lies below a listed member: only what is listed itself', () => {
    expect(json({ profile: { secret: 's', id: 'a', list: [{ secret: 's' }, 't'] }, status: [{ token: 't' }, ['u']] })).toEqual({
      profile: { secret: '***', id: 'a', list: [{ secret: '***' }, '***'] },
      status: [{ token: '***' }, ['u']],
    });
  });

  it('of a value alone, of text that only claims to be JSON, and of unknown text: nothing', () => {
    expect(json('secret')).toBe('***');
    expect(masker.body('{"id": sec', 'application/json')).toBe('(10 characters that are not JSON, not recorded)');
    expect(masker.body('secret', 'text/plain')).toBe('(6 characters, not recorded)');
  });

  it('of forms, queries and headers: what is listed', () => {
    expect(masker.body('id=a&client_secret=s', 'application/x-www-form-urlencoded')).toBe('id=a&client_secret=***');
    expect(masker.url(new URL('https://user:pw@host.example/p?$top=5&skiptoken=s&id=a'))).toBe(
      'https://host.example/p?$top=5&skiptoken=***&id=a',
    );
    expect(masker.headers({ Authorization: 'Bearer t', 'Content-Type': 'text/plain' })).toEqual({
      Authorization: '***',
      'Content-Type': 'text/plain',
    });
  });
});
