export type * from './webhook-event.ts'
export * from './wire.ts'
