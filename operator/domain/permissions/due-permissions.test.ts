import { describe, expect, it } from 'vitest';
import { type GrantedRights, rightsFor, type TenantStep, unusedPermissions } from './due-permissions.ts';

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

const TELEPHONY = 'aa38014f-0993-46e9-9b45-30501a20909d';
const SKYPE = '75941009-915a-4869-abe7-691bff18279e';

describe('the roles for voice configuration', () => {
  it('[S089] are Teams Administrator, which is named when none is there', () => {
    expect(rightsFor(['configureVoice'], none)).toEqual([
      { type: 'directoryRole', name: 'Teams Administrator', granted: false, steps: ['configureVoice'] },
    ]);
    expect(mayCarryOut(['configureVoice'], { roles: [], directoryRoles: [TEAMS_ADMINISTRATOR] })).toBe(true);
  });

  it('[S089] [S090] or Teams Telephony Administrator with Skype for Business Administrator', () => {
    const lines = rightsFor(['configureVoice'], { roles: [], directoryRoles: [SKYPE, TELEPHONY] });
    expect(lines.map(({ name, granted }) => [name, granted])).toEqual([
      ['Teams Telephony Administrator', true],
      ['Skype for Business Administrator', true],
    ]);
  });

  it.each([
    ['Skype for Business Administrator', 'Teams Telephony Administrator', TELEPHONY],
    ['Teams Telephony Administrator', 'Skype for Business Administrator', SKYPE],
  ])('[S090] of the pair only %s is missing when %s is there', (name, beside, claim) => {
    expect(rightsFor(['configureVoice'], { roles: [], directoryRoles: [claim] })).toEqual([
      { type: 'directoryRole', name, granted: false, beside, steps: ['configureVoice'] },
    ]);
  });
});

describe('permissions that no step uses now', () => {
  const unused = (roles: readonly string[], units = false) => unusedPermissions(['readTenant'], { roles, directoryRoles: [] }, units);

  it.each([
    ['S094', 'AppCatalog.ReadWrite.All'],
    ['S095', 'Group.Read.All'],
    ['S097', 'TeamSettings.ReadWrite.All'],
    ['S098', 'User.ReadWrite.All'],
    ['S099', 'RoleManagement.Read.Directory'],
  ])('[%s] %s is of the documented set: information, and never asked for', (_row, name) => {
    expect(unused([name])).toEqual([{ name, documented: true }]);
    const steps: readonly TenantStep[] = ['readTenant', 'readDomains', 'readLicenses', 'readVoiceUsers', 'readNumbers', 'configureVoice'];
    expect(rightsFor(steps, none).map((line) => line.name)).not.toContain(name);
  });

  it('[S096] Organization.Read.All is of the documented set and needed now', () => {
    expect(unused(['Organization.Read.All'])).toEqual([]);
    expect(unusedPermissions([], { roles: ['Organization.Read.All'], directoryRoles: [] }, false)).toMatchObject([{ documented: true }]);
  });

  it('[S100] GroupMember.Read.All is documented with administrative units only', () => {
    expect(unused(['GroupMember.Read.All'])).toEqual([{ name: 'GroupMember.Read.All', documented: false }]);
    expect(unused(['GroupMember.Read.All'], true)).toEqual([{ name: 'GroupMember.Read.All', documented: true }]);
  });

  it('everything else is surplus, domain write too while no DNS step is due', () => {
    expect(unused(['Organization.Read.All', 'Directory.ReadWrite.All', 'Domain.ReadWrite.All'])).toEqual([
      { name: 'Directory.ReadWrite.All', documented: false },
      { name: 'Domain.ReadWrite.All', documented: false },
    ]);
  });
});
