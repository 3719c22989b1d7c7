import type { KubeObject } from '../api/meta.ts';

/** Where a reflector puts what it sees. Between `init` and `initDone` a new picture builds up; it replaces the old one at once or not at all. */
export interface ReflectorSink {
  init(): void;
  apply(object: KubeObject): void;
  delete(object: KubeObject): void;
  initDone(resourceVersion: string): void;
}
