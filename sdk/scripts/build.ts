import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/**
 * Builds the package as it is published, into dist or the folder given: JavaScript, declarations, and a manifest
 * that points to them. The server needs none of it, it runs the source. `npm publish sdk/dist` publishes.
 */
const sdkFolder = resolve(import.meta.dirname, '..')
const outFolder = resolve(process.argv[2] ?? join(sdkFolder, 'dist'))

const build = (): void => {
  rmSync(outFolder, { recursive: true, force: true })
  compile()
  for (const file of readdirSync(outFolder))
    if (file.endsWith('.d.ts')) rewriteSpecifiers(join(outFolder, file))
  writeFileSync(join(outFolder, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`)
  cpSync(join(sdkFolder, 'README.md'), join(outFolder, 'README.md'))
  cpSync(join(sdkFolder, '..', 'LICENSE'), join(outFolder, 'LICENSE'))
}

const compile = (): void => {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const args = [join(typescript, 'bin', 'tsc'), '--project', 'tsconfig.build.json', '--outDir', outFolder]
  execFileSync(process.execPath, args, { cwd: sdkFolder, stdio: 'inherit' })
}

/** The compiler rewrites `.ts` to `.js` in JavaScript, not in declarations. */
const rewriteSpecifiers = (file: string): void => {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.js'"))
}

const publishedManifest = (): object => {
  const manifest: unknown = JSON.parse(readFileSync(join(sdkFolder, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null) throw new Error('package.json is no object')
  const entries = Object.entries(manifest).filter(([key]) => key !== 'private' && key !== 'scripts')
  return {
    ...Object.fromEntries(entries),
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
  }
}

build()
