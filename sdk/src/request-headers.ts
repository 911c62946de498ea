/** Headers as any framework has them: a fetch `Headers`, or a plain object of them in any letter case. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined }

/** `name` in lower case. Of a repeated header the first. */
export const headerOf = (headers: RequestHeaders, name: string): string | undefined => {
  if (isFetchHeaders(headers)) return headers.get(name) ?? undefined
  const value = headers[name] ?? anyCase(headers, name)
  return typeof value === 'string' ? value : value?.[0]
}

const isFetchHeaders = (headers: RequestHeaders): headers is { get(name: string): string | null } =>
  typeof headers.get === 'function'

const anyCase = (
  headers: { readonly [name: string]: string | readonly string[] | undefined },
  name: string,
) => {
  for (const key of Object.keys(headers)) if (key.toLowerCase() === name) return headers[key]
  return undefined
}
