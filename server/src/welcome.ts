import type { Config } from './config.ts'
import type { Dragoman } from './start.ts'

/**
 * What a newcomer reads after the start: where it is, and three curls ready to paste, one by one or all at once. The
 * headings are comments that do no harm in a shell which takes none when it is typed in: no quotes, brackets or stars.
 */
export const welcome = (dragoman: Dragoman, config: Config): string => {
  const roles = [...config.roles].join(', ')
  const database =
    config.databaseUrl === null ? `embedded PostgreSQL in ${config.dataDir}` : 'PostgreSQL at DATABASE_URL'
  const head = `Dragoman is running on ${dragoman.url} (${roles}; ${database}).\n`
  return dragoman.demo ? `${head}\n${curls(dragoman.url, dragoman.demo)}\n` : head
}

const curls = (url: string, demo: NonNullable<Dragoman['demo']>): string => {
  const base = `${url}/v1/custom/${demo.integrationId}`
  const headers = `-H 'Authorization: apikey ${demo.apiKey}' -H 'Content-Type: application/json'`
  return `See the signed events arrive: ${url}/inbox

# 1. Open a session:
SESSION=$(curl -s ${base}/sessions \\
  ${headers} \\
  -d '{"external_session_id":"chat-session-001","channel_user_id":"user-12345","context":{"user":{"display_name":"Alice Smith","email":"alice@example.com","language":"en"},"source_page":"pricing"}}' \\
  | tee /dev/stderr | sed 's/.*"session_id":"\\([^"]*\\)".*/\\1/'); echo

# 2. Send a message of the user. It is answered 202 at once; the reply goes to the webhook:
curl -s ${base}/sessions/$SESSION/messages \\
  ${headers} \\
  -d '{"input":{"text":"What pricing plans do you offer?"}}'; echo

# 3. Look at the signed event that the webhook received, here the built-in inbox:
curl -s "${url}/inbox/events?session_id=$SESSION&wait=10"; echo
`
}
