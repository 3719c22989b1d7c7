import type { KubeObject } from '../../operator/api/meta.ts';
import type { StatusBase } from '../../operator/runtime/reconciler.ts';
import type { IndexFunction } from '../../operator/runtime/store.ts';
import { type WatchedKind, watchedKind } from '../../operator/runtime/watched-kind.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';

export interface WidgetSpec {
  readonly size: number;
  readonly parent?: string;
}

export interface WidgetStatus extends StatusBase {
  readonly seenSize?: number;
  readonly note?: string;
}

/** A kind that exists for the tests of the runtime alone: nothing of the operator's own kinds can hide behind it. */
export type Widget = KubeObject<WidgetSpec, WidgetStatus>;

const GROUP = 'test.trunkline.dev';

export const WIDGET_REF = { group: GROUP, version: 'v1', plural: 'widgets' } as const;

export function widgets(indexes: Readonly<Record<string, IndexFunction<Widget>>> = {}): WatchedKind<Widget> {
  return watchedKind<Widget>({ ...WIDGET_REF, kind: 'Widget', indexes, freeze: true });
}

export function widget(namespace: string, name: string, spec: WidgetSpec, annotations: Readonly<Record<string, string>> = {}): Widget {
  return { apiVersion: `${GROUP}/v1`, kind: 'Widget', metadata: { namespace, name, annotations }, spec };
}

const CONDITION = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: { type: 'string' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string' },
    message: { type: 'string' },
    observedGeneration: { type: 'integer', format: 'int64' },
    lastTransitionTime: { type: 'string', format: 'date-time' },
  },
};

const STATUS = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64' },
    lastHandledReconcileAt: { type: 'string' },
    seenSize: { type: 'integer' },
    note: { type: 'string' },
    conditions: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'], items: CONDITION },
  },
};

const SPEC = { type: 'object', required: ['size'], properties: { size: { type: 'integer' }, parent: { type: 'string' } } };

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec: SPEC, status: STATUS } } },
      },
    ],
  },
};

/** Idempotent; resolves when the API server serves the kind. */
export async function installWidgets(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { stdin: JSON.stringify(CRD) });
  await cluster.awaitEstablished([`crd/widgets.${GROUP}`]);
}
