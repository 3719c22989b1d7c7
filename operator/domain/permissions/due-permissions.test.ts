import { describe, expect, it } from 'vitest';
import { type GrantedRights, rightsFor, surplusPermissions, type TenantStep } from './due-permissions.ts';

const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8';
const none = { roles: [], directoryRoles: [] };

const mayCarryOut = (steps: readonly TenantStep[], granted: GrantedRights): boolean =>
  rightsFor(steps, granted).every((line) => line.granted);

describe('rightsFor', () => {
  it('[S096] names the least permission that a due step lacks, and only what is due', () => {
    expect(rightsFor(['readTenant'], none)).toEqual([
      { type: 'permission', name: 'Organization.Read.All', granted: false, steps: ['readTenant'] },
    ]);
    expect(rightsFor([], none)).toEqual([]);
  });

  it('is content with a wider permission and names the one that is held', () => {
    const granted = { roles: ['Directory.Read.All'], directoryRoles: [] };
    expect(rightsFor(['readTenant', 'readDomains', 'readLicenses'], granted)).toEqual([
      { type: 'permission', name: 'Directory.Read.All', granted: true, steps: ['readTenant', 'readDomains', 'readLicenses'] },
    ]);
  });

  it('wants the Teams role for voice configuration, whatever permissions there are', () => {
    const roles = ['Directory.Read.All', 'TeamsPolicyUserAssign.ReadWrite.All'];
    expect(mayCarryOut(['configureVoice'], { roles, directoryRoles: [] })).toBe(false);
    expect(mayCarryOut(['configureVoice'], { roles: [], directoryRoles: [TEAMS_ADMINISTRATOR] })).toBe(true);
  });

  it('is content with a reader for looking at the voice configuration, as in the tenant of the provider', () => {
    const reader = { roles: [], directoryRoles: ['f2ef992c-3afb-46b9-b7cf-a126ee74c451'] };
    expect([mayCarryOut(['readVoice'], reader), mayCarryOut(['configureVoice'], reader)]).toEqual([true, false]);
  });

  it('needs every requirement of a step', () => {
    const lines = rightsFor(['readVoiceUsers'], { roles: ['User.Read.All'], directoryRoles: [] });
    expect(lines.map(({ name, granted }) => [name, granted])).toEqual([
      ['User.Read.All', true],
      ['TeamsUserConfiguration.Read.All', false],
    ]);
  });
});

describe('surplusPermissions', () => {
  it('lists what no step uses', () => {
    const granted = { roles: ['Organization.Read.All', 'AppCatalog.ReadWrite.All', 'Directory.ReadWrite.All'], directoryRoles: [] };
    expect(surplusPermissions(['readTenant'], granted)).toEqual(['AppCatalog.ReadWrite.All', 'Directory.ReadWrite.All']);
  });
});
