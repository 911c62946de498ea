/** Of a JSON Schema, the keywords that the document's uses. */
export interface SchemaView {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly SchemaView[]
  readonly properties?: Readonly<Record<string, SchemaView>>
  readonly patternProperties?: Readonly<Record<string, SchemaView>>
  readonly required?: readonly string[] | undefined
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: SchemaView
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string | RegExp
  /** What a text must be that does not fit the pattern. */
  readonly patternErrorMessage?: string
  /** What stands in its place may be the secret itself, and is not repeated. */
  readonly isNameOfSecret?: boolean
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  /** Marks a schema that takes every value. */
  readonly '~unsafe'?: unknown
}
