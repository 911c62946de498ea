import { Refusal } from './errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** The collections of a document as it is stored; its form was checked when it was saved. */
export const collectionsOf = (document: Json): readonly JsonObject[] => {
  const knowledge = isJsonObject(document) ? document['knowledge'] : undefined
  return Array.isArray(knowledge) ? knowledge.filter(isJsonObject) : []
}

export const collectionName = (collection: JsonObject): string => String(collection['collection'])

/** Sources that are fetched; files are uploaded by whoever has them. */
export const crawledSourcesOf = (
  document: Json,
): readonly { readonly collection: string; readonly source: JsonObject }[] =>
  collectionsOf(document).flatMap((collection) => {
    const { sources } = collection
    if (!Array.isArray(sources)) return []
    return sources
      .filter(isJsonObject)
      .filter(({ type }) => type === 'pages' || type === 'sitemap')
      .map((source) => ({ collection: collectionName(collection), source }))
  })

/** Refuses a collection that the document does not have; undefined is the draft of no agent. */
export const requireCollection = (document: Json | undefined, agentId: string, collection: string): void => {
  if (document === undefined) throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  const names = collectionsOf(document).map(collectionName)
  if (names.includes(collection)) return
  const known = names.length === 0 ? 'has none' : `has ${names.slice(0, 10).join(', ')}`
  throw new Refusal(
    'not-found',
    `collection: the draft ${known}, not "${collection}"; add it under knowledge and save the draft`,
  )
}

export const documentNotFound = (documentId: string): Refusal =>
  new Refusal('not-found', `document_id: this agent has no document ${documentId}`)
