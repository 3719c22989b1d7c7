import { describe, expect, it } from 'vitest';
import { type VerificationStatus, verificationStatus } from './authentication.ts';

describe('[S052] authentication verification', () => {
  it.each<[string, 'True' | 'False' | 'Unknown', boolean, VerificationStatus]>([
    ['nobody has tried', 'Unknown', false, 'NeverPerformed'],
    ['it worked', 'True', false, 'Successful'],
    ['it was refused', 'False', false, 'Failed'],
    ['there is no credential yet', 'False', true, 'TokenNotGenerated'],
    ['there is none and nobody has tried', 'Unknown', true, 'TokenNotGenerated'],
  ])('%s', (_title, condition, lacksCredential, status) => {
    expect(verificationStatus(condition, lacksCredential)).toBe(status);
  });
});
