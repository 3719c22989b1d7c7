/** What the metrics registry is told of each call that left the process, or was refused before it did. */
export interface CallObservation {
  readonly system: string;
  /** From the allow-list; `unlisted` for a call that has no rule. */
  readonly operation: string;
  /** HTTP status as text, or a transport class such as `econnreset`, `deadline`, `certificate`, `forbidden`. Closed set. */
  readonly code: string;
  readonly seconds: number;
}

export interface CallMetrics {
  observe(observation: CallObservation): void;
}
