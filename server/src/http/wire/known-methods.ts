import type { FastifyInstance } from 'fastify'

/** The methods that a path has, whichever of them was asked for; to be called before the routes are made. */
export const watchMethods = (app: FastifyInstance): ((path: string) => readonly string[]) => {
  const methodsOf = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ method, url }) => {
    const methods = methodsOf.get(url) ?? new Set()
    for (const one of [method].flat()) if (one !== 'HEAD') methods.add(one)
    methodsOf.set(url, methods)
  })
  return (path) => {
    const parts = path.split('/')
    const found = [...methodsOf].flatMap(([pattern, methods]) =>
      matches(pattern, parts) ? [...methods] : [],
    )
    return [...new Set(found)].sort()
  }
}

/** Parameters of ours are whole segments, and no route has a wildcard. */
const matches = (pattern: string, parts: readonly string[]): boolean => {
  const wanted = pattern.split('/')
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => part.startsWith(':') || part === parts[index])
  )
}
