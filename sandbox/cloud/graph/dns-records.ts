import { sha256Hex } from '../entra/client-auth.ts';
import type { Domain } from '../tenant.ts';
import { badRequest } from './errors.ts';

/** One Txt and one Mx alternative with the same token; either would prove ownership (microsoft-graph §2.2). */
export function verificationRecords(domain: Domain): Record<string, unknown>[] {
  const common = { isOptional: false, label: domain.id, supportedService: 'Email', ttl: 3600 };
  return [
    {
      '@odata.type': '#microsoft.graph.domainDnsTxtRecord',
      id: idOf(domain, 'txt'),
      ...common,
      recordType: 'Txt',
      text: `MS=${domain.challenge}`,
    },
    {
      '@odata.type': '#microsoft.graph.domainDnsMxRecord',
      id: idOf(domain, 'mx'),
      ...common,
      recordType: 'Mx',
      mailExchange: `${domain.challenge}.msv1.invalid`,
      preference: 32_767,
    },
  ];
}

/** What Microsoft proposes for mail and SIP; Direct Routing needs none of it (microsoft-graph §2.2, telephony 3.6). */
export function dnsRecordsForService(domain: Domain): Record<string, unknown>[] {
  if (!domain.isVerified) throw badRequest('The domain is not verified.');
  const sip = domain.supportedServices.includes('OfficeCommunicationsOnline') ? sipRecords(domain) : [];
  return [...(domain.supportedServices.includes('Email') ? mailRecords(domain) : []), ...sip];
}

function mailRecords(domain: Domain): Record<string, unknown>[] {
  return [
    {
      '@odata.type': '#microsoft.graph.domainDnsMxRecord',
      id: idOf(domain, 'mail-mx'),
      isOptional: false,
      label: domain.id,
      recordType: 'Mx',
      supportedService: 'Email',
      ttl: 3600,
      mailExchange: `${domain.id.replaceAll('.', '-')}.mail.protection.outlook.com`,
      preference: 0,
    },
  ];
}

function sipRecords(domain: Domain): Record<string, unknown>[] {
  return [
    {
      '@odata.type': '#microsoft.graph.domainDnsSrvRecord',
      id: idOf(domain, 'sip-srv'),
      isOptional: false,
      label: `_sipfederationtls._tcp.${domain.id}`,
      recordType: 'Srv',
      supportedService: 'OfficeCommunicationsOnline',
      ttl: 3600,
      nameTarget: 'sipfed.online.lync.com',
      port: 5061,
      priority: 100,
      protocol: '_tcp',
      service: '_sipfederationtls',
      weight: 1,
    },
    {
      '@odata.type': '#microsoft.graph.domainDnsCnameRecord',
      id: idOf(domain, 'sip-cname'),
      isOptional: true,
      label: `sip.${domain.id}`,
      recordType: 'CName',
      supportedService: 'OfficeCommunicationsOnline',
      ttl: 3600,
      canonicalName: 'sipdir.online.lync.com',
    },
  ];
}

function idOf(domain: Domain, kind: string): string {
  const hex = sha256Hex(`${domain.challenge}/${domain.id}/${kind}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
