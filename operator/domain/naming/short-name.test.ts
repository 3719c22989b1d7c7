import { describe, expect, it } from 'vitest';
import { SHORT_NAMES } from '../../../test/support/short-names.ts';
import { shortNameProblem } from './short-name.ts';

describe('[S001] [S002] [S003] [S004] short names', () => {
  it.each(SHORT_NAMES)('[$row] $name: $reason', ({ name, reason }) => {
    expect(shortNameProblem(name)?.reason).toBe(reason);
  });

  it('[S002] names the character that is in the way', () => {
    expect(shortNameProblem('ac|me')?.message).toContain('|');
    expect(shortNameProblem('ab')?.message).toBe('has 2 characters; use 3 to 15');
  });

  it('[S001] counts characters as the API server does', () => {
    expect(shortNameProblem('😀😀')?.reason).toBe('ShortNameLength');
    expect(shortNameProblem('😀'.repeat(15))).toBeUndefined();
  });
});
