/** What a sealed webhook secret is bound to: copied into another integration's row it opens nothing. */
export const secretOwner = (integrationId: string): string => `integration/${integrationId}/webhook_secret`
