/** What the measured process tells after its first pass and the no-op rounds. */
export interface WorkerFigures {
  readonly objects: number;
  readonly syncedS: number;
  readonly firstPassS: number;
  readonly firstPassCpuS: number;
  readonly noOpPerS: number;
  readonly noOpCpuUs: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Of one core, while nothing happens. */
  readonly idleCpuPercent: number;
  readonly rssIdleMiB: number;
  readonly rssPeakMiB: number;
}

export interface TouchFigures {
  /** From the moment before the write is sent to the end of the pass (and of its status write). */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** CPU of the whole measured process for each change, what it costs idle taken off. */
  readonly cpuUs: number;
}

export type ToWorker = { readonly type: 'touch'; readonly count: number } | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'measured'; readonly figures: WorkerFigures }
  | { readonly type: 'touching' }
  | ({ readonly type: 'touched' } & TouchFigures);
