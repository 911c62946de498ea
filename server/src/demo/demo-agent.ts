import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The demo's agent document as written; `validateDocument` has the last word. */
export const demoAgentDocument = (): unknown =>
  parse(readFileSync(new URL('./demo-agent.yaml', import.meta.url), 'utf8'))
