import type { Poster } from './post-webhook.ts'

/**
 * The built-in inbox is at an address of this machine, where webhooks may not go unless the operator allows it. Whoever
 * asks for the demo asks for events that arrive there, so to this server's own inbox, and to nothing else on it, they may.
 */
export const postToInbox = (
  posters: { readonly elsewhere: Poster; readonly toInbox: Poster },
  ownUrl: () => string,
): Poster => ({
  post: (request) => {
    const isInbox = URL.parse(request.url)?.href.startsWith(`${ownUrl()}/inbox/`) ?? false
    return (isInbox ? posters.toInbox : posters.elsewhere).post(request)
  },
  close: async () => {
    await Promise.all([posters.elsewhere.close(), posters.toInbox.close()])
  },
})
