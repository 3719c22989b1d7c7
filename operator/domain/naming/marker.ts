export interface MarkerParts {
  /** Chart value `installation`; kept across clusters so that a restored cluster knows its own. */
  readonly installation: string;
  readonly kind: string;
  /** `namespace/name`; never a uid, which a restore changes. */
  readonly key: `${string}/${string}`;
}

const MARKER = /^trunkline:([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** `trunkline:<installation>/<namespace>/<kind>/<name>`, for description fields of outside objects (design §3, footprint). */
export function formatMarker({ installation, kind, key }: MarkerParts): string {
  const slash = key.indexOf('/');
  return `trunkline:${installation}/${key.slice(0, slash)}/${kind}/${key.slice(slash + 1)}`;
}

/** Undefined for every text that is not a marker of an object. */
export function parseMarker(text: string): MarkerParts | undefined {
  const match = MARKER.exec(text.trim());
  if (match === null) return undefined;
  const [, installation = '', namespace = '', kind = '', name = ''] = match;
  return { installation, kind, key: `${namespace}/${name}` };
}
