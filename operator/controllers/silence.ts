import type { Asked } from './confirmation.ts';

/** Whether something may be taken away that people may depend on (telephony 7.1). `wait`: who does is being read. */
export type Verdict =
  | { readonly verdict: 'free' }
  | { readonly verdict: 'wait' }
  | {
      readonly verdict: 'held';
      /** What would be lost, and how to confirm it. */
      readonly message: string;
      /** It was said before, and is looked at anew. */
      readonly isOld?: true;
    };

/** With what status remembers of the question. */
export type Silence = Verdict & { readonly asked?: Asked | undefined };

/** Nobody loses anything, or it is confirmed. */
export const FREE = { verdict: 'free' } as const satisfies Verdict;
