import { describe, expect, it } from 'vitest';
import { type LastVerification, verificationState } from './authentication.ts';

describe('[S052] authentication verification', () => {
  it.each<[string, LastVerification | undefined, string, string, string]>([
    ['nobody has tried', undefined, 'NeverPerformed', 'Unknown', 'NeverPerformed'],
    ['it worked', { succeeded: true, lacksCredential: false }, 'Successful', 'True', 'Successful'],
    ['it was refused', { succeeded: false, lacksCredential: false }, 'Failed', 'False', 'Failed'],
    [
      'it was refused for a known reason',
      { succeeded: false, lacksCredential: false, reason: 'ConsentRequired' },
      'Failed',
      'False',
      'ConsentRequired',
    ],
    ['there is no token yet', { succeeded: false, lacksCredential: true }, 'TokenNotGenerated', 'False', 'TokenNotGenerated'],
  ])('%s', (_title, last, status, condition, reason) => {
    expect(verificationState(last)).toEqual({ status, condition: { status: condition, reason } });
  });
});
