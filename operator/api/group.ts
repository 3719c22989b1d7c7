/** Names that users, charts and other tools rely on (design §2). Changing one is a breaking change. */
export const GROUP = 'trunkline.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const FINALIZER = `${GROUP}/external`;

/** Annotations that people and tools set on our objects. */
export const ANNOTATIONS = {
  reconcileAt: `${GROUP}/reconcile-at`,
  approve: `${GROUP}/approve`,
  adopt: `${GROUP}/adopt`,
  confirmDelete: `${GROUP}/confirm-delete`,
  forceRemove: `${GROUP}/force-remove`,
  cutover: `${GROUP}/cutover`,
  /** On a namespace: stops all outside writes for its objects. */
  paused: `${GROUP}/paused`,
} as const;

/** Labels that people set on objects which the operator reads. */
export const LABELS = {
  /** On a ConfigMap of the operator's own namespace: it is a template. */
  template: `${GROUP}/template`,
} as const;

/** Field managers: one for each purpose, so that server-side apply never takes over what people own. */
export const FIELD_MANAGERS = { status: 'trunkline-status', meta: 'trunkline-meta', objects: 'trunkline' } as const;
