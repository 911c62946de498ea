import type { JobReport } from './load/jobs.ts'

type OrderVerdict = JobReport<'await-deliveries'>['order']

/** What a subject that promises each message once and in order did wrong, in words; empty if nothing. */
export const orderFaults = (order: OrderVerdict): string[] =>
  (['lost', 'duplicates', 'swapped', 'gaps'] as const)
    .filter((fault) => order[fault] > 0)
    .map((fault) => `${order[fault]} ${fault} of ${order.accepted} accepted`)
