import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { JsonObject } from '../domain/json.ts'

/** The demo's agent document as written; `validateDocument` has the last word. */
export const demoAgentDocument = (): JsonObject =>
  parse(readFileSync(new URL('./demo-agent.yaml', import.meta.url), 'utf8'))
