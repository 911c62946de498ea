/** What the adapters answer on their own, before a request reaches the receiver. */

/** Far more than Dragoman sends. */
export const bodyBytesMax = 1_048_576

const answer = (status: number, errorCode: string, errorMessage: string) => ({
  status,
  body: JSON.stringify({ error_code: errorCode, error_message: errorMessage }),
})

export const notPost = answer(405, 'method-not-allowed', 'Webhook events come by POST')

export const tooLarge = answer(413, 'payload-too-large', `The body is over ${bodyBytesMax} bytes`)

/** A 500, so that the server tries again when it is mended. */
export const alreadyParsed = answer(
  500,
  'raw-body-missing',
  'The body was parsed before it reached the receiver, so its signature cannot be verified: mount the receiver ' +
    'before express.json(), or give this route express.raw({ type: "application/json", limit: "1mb" })',
)
