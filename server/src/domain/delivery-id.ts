/** A delivery is one event for one webhook, so its id is the place of the event: opaque to users, no index for us. */
export interface DeliveryPlace {
  readonly sessionId: string
  readonly sequence: number
}

export const deliveryIdOf = ({ sessionId, sequence }: DeliveryPlace): string => `${sessionId}.${sequence}`

/** @returns undefined for a text that cannot be a delivery's id */
export const deliveryPlaceOf = (deliveryId: string): DeliveryPlace | undefined => {
  const match = pattern.exec(deliveryId.toLowerCase())
  const [, sessionId, sequence] = match ?? []
  if (sessionId === undefined || sequence === undefined) return undefined
  const place = { sessionId, sequence: Number(sequence) }
  return place.sequence <= sequenceMax ? place : undefined
}

export const deliveryIdPattern = '^[\\da-fA-F]{8}(-[\\da-fA-F]{4}){3}-[\\da-fA-F]{12}\\.[1-9]\\d{0,9}$'
const pattern = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.([1-9]\d{0,9})$/

/** What the column can hold. */
const sequenceMax = 2_147_483_647
