import type { Reading } from '../entity.ts'

/** What a reader of the system found. */
export interface SystemReading extends Reading {
  readonly entity: string
  /** Readings of one kind may share their words. */
  readonly kind: string
}
