import type { HttpClient, OnAnswer } from './http-client.ts'
import type { Traffic } from './jobs.ts'
import type { Delivery } from './ledger.ts'
import { nextWording } from './wordings.ts'

/** The question of the worked example: the demo agent knows it, an echo repeats it. */
const text = 'What pricing plans do you offer?'

/** Posts one user message; `onAccepted` gets the id that the reply will name, `onRefused` what came instead. */
export const postMessage = (
  client: Pick<HttpClient, 'post'>,
  traffic: Traffic,
  sessionId: string,
  webhookUrl: string,
  on: {
    readonly accepted: (requestId: string) => void
    readonly refused: (status: number, body: string) => void
  },
): void => {
  const path = traffic.path.replace(':session', sessionId)
  if (traffic.wire === 'activity') {
    const activityId = crypto.randomUUID()
    client.post(
      path,
      activity(sessionId, activityId, webhookUrl),
      answered(on, () => activityId),
    )
    return
  }
  const body = traffic.texts === 'new' ? channelMessageOf(nextWording()) : exampleMessage
  client.post(path, body, answered(on, requestIdOf))
}

const channelMessageOf = (own: string): string => JSON.stringify({ input: { text: own } })
const exampleMessage = channelMessageOf(text)

const activity = (conversationId: string, activityId: string, serviceUrl: string): string =>
  JSON.stringify({
    type: 'message',
    id: activityId,
    channelId: 'emulator',
    serviceUrl,
    from: { id: 'user', role: 'user' },
    recipient: { id: 'bot', role: 'bot' },
    conversation: { id: conversationId },
    text,
  })

const answered =
  (on: Parameters<typeof postMessage>[4], idOf: (body: string) => string): OnAnswer =>
  (status, body) => {
    if (status >= 200 && status < 300) on.accepted(idOf(body))
    else on.refused(status, body)
  }

/** Cut out instead of parsed: every microsecond here is taken from what is measured. */
const requestIdOf = (body: string): string => {
  const id = requestIdField.exec(body)?.[1]
  if (id === undefined) throw new Error(`an accepted message without request_id: ${body}`)
  return id
}
const requestIdField = /"request_id": ?"([^"]+)"/

/** Which message a delivery answers, by either wire. */
export const readDelivery = (path: string, body: string): Delivery => {
  const [, conversationId, replyToId] = activityPath.exec(path) ?? []
  if (conversationId !== undefined)
    return { sessionId: conversationId, inReplyTo: replyToId, sequence: undefined }
  const sessionId = sessionIdField.exec(body)?.[1]
  if (sessionId === undefined) throw new Error(`a delivery without session_id: ${path} ${body}`)
  const sequence = sequenceField.exec(body)?.[1]
  return {
    sessionId,
    inReplyTo: inReplyToField.exec(body)?.[1],
    sequence: sequence === undefined ? undefined : Number(sequence),
  }
}
const activityPath = /\/v3\/conversations\/([^/]+)\/activities\/([^/?]+)/
const sessionIdField = /"session_id": ?"([^"]+)"/
const inReplyToField = /"in_reply_to": ?"([^"]+)"/
const sequenceField = /"sequence": ?(\d+)/
