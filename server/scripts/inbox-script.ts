import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'

/** A script of the inbox page as browsers take it: its TypeScript without the types, as Node itself would run it. */
export const inboxScript = async (name: string): Promise<string> => {
  const source = await readFile(new URL(`../src/http/inbox/page/${name}.ts`, import.meta.url), 'utf8')
  const script = stripTypeScriptTypes(source)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/(?<=^import .* from '.*)\.ts'$/gm, ".js'")
  return `// Made from ${name}.ts by npm run generate.\n${script}`
}
