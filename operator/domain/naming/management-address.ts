/**
 * Where an SBC is managed, in a form in which equal places are equal texts: lower case, IPv6 in its shortest form, and always with the port
 * (443, without HTTPS 80). What the CRD would refuse stays as it is.
 */
export function managementAddress(address: string, https: boolean): string {
  const text = `${https ? 'https' : 'http'}://${address}`;
  if (!URL.canParse(text)) return address.toLowerCase();
  const { hostname, port } = new URL(text);
  return `${hostname}:${port === '' ? (https ? 443 : 80) : port}`;
}
