import { z } from 'zod';

/** OpenID discovery: only the issuer is read, since it carries the tenant's GUID (microsoft-graph §1.1). */
export const DiscoveryWire = z.object({ issuer: z.string() });

/** What a good token answer must have; MSAL checks the rest. */
export const TokenWire = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/** Error body of the login host (microsoft-graph §1.9). Tolerant: what is missing is told by the status. */
export const TokenErrorWire = z.object({
  error: z.string().optional().catch(undefined),
  error_codes: z.array(z.number()).optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  correlation_id: z.string().optional().catch(undefined),
});

/** Claims read from an access token; not verified, the token is for someone else. */
export const ClaimsWire = z.object({
  roles: z.array(z.string()).default([]),
  wids: z.array(z.string()).default([]),
});
