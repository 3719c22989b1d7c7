import { describe, expect, it } from 'vitest';
import { managementAddress } from './management-address.ts';

describe('the management address of an SBC', () => {
  it.each([
    ['SBC1.Mgmt.example.net', 'sbc1.mgmt.example.net:443'],
    ['sbc1.mgmt.example.net', 'SBC1.mgmt.EXAMPLE.net:443'],
    ['192.0.2.1', '192.0.2.1:443'],
    ['[2001:DB8::1]', '[2001:db8:0:0::1]:443'],
    ['sbc:08443', 'sbc:8443'],
  ])('%s is the same place as %s', (left, right) => {
    expect(managementAddress(left, true)).toBe(managementAddress(right, true));
  });

  it.each([
    ['192.0.2.1', '192.0.2.2'],
    ['192.0.2.1', '192.0.2.1:8443'],
    ['192.0.2.1:443', '192.0.2.1:80'],
  ])('%s is another place than %s', (left, right) => {
    expect(managementAddress(left, true)).not.toBe(managementAddress(right, true));
  });

  it('has port 80 without HTTPS', () => {
    expect(managementAddress('192.0.2.1', false)).toBe(managementAddress('192.0.2.1:80', true));
    expect(managementAddress('192.0.2.1', false)).toBe('192.0.2.1:80');
  });
});
