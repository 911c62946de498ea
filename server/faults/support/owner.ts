/** The test after which something is cleaned away. */
export interface Owner {
  after(work: () => Promise<void>): void
}
