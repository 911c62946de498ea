/** JSON as a type: what contexts, documents and bodies are made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether nothing in it is nested deeper, so that what walks through it does not run out of stack. */
export const isNestedAtMost = (value: Json, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((part) => isNestedAtMost(part, levels - 1)))
