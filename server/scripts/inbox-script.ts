import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'

/** The inbox page's script as browsers take it: its TypeScript without the types, as Node itself would run it. */
export const inboxScript = async (): Promise<string> => {
  const source = await readFile(new URL('../src/http/inbox/page/inbox.ts', import.meta.url), 'utf8')
  const script = stripTypeScriptTypes(source)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
  return `// Made from inbox.ts by npm run generate.\n${script}`
}
