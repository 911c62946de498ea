/**
 * Writes the files that are made from code, or with --check fails when one of them is not what the code says.
 *
 *     npm run generate
 *     node server/scripts/generate.ts --check
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { agentDocumentGuide } from './agent-document-guide.ts'
import { agentDocumentSchema } from './agent-document-schema.ts'
import { apiDocument } from './api-documents.ts'
import { configurationGuide } from './configuration-guide.ts'
import { inboxScript } from './inbox-script.ts'
import { schemaSnapshot } from './schema-snapshot.ts'

interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string
  make(): Promise<string>
}

const generatedFiles: readonly GeneratedFile[] = [
  { path: 'server/src/migrations/schema.sql', make: schemaSnapshot },
  { path: 'docs/guides/configuration.md', make: configurationGuide },
  { path: 'docs/guides/agent-document.md', make: agentDocumentGuide },
  { path: 'docs/agent-document.schema.json', make: agentDocumentSchema },
  { path: 'docs/openapi.json', make: () => apiDocument('/openapi.json') },
  { path: 'docs/asyncapi.json', make: () => apiDocument('/asyncapi.json') },
  { path: 'server/src/http/inbox/page/inbox.generated.js', make: () => inboxScript('inbox') },
  { path: 'server/src/http/inbox/page/why.generated.js', make: () => inboxScript('why') },
]

const root = fileURLToPath(new URL('../../', import.meta.url))

const generate = async (isCheck: boolean): Promise<void> => {
  for (const { path, make } of generatedFiles) {
    const wanted = await make()
    const found = await readFile(root + path, 'utf8').catch(() => undefined)
    if (found === wanted) continue
    if (isCheck) {
      process.stderr.write(`${path} is out of date: run npm run generate\n`)
      process.exitCode = 1
    } else {
      await writeFile(root + path, wanted)
      process.stdout.write(`${path} written\n`)
    }
  }
}

await generate(process.argv.includes('--check'))
