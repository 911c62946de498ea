import type { Deps } from '../deps.ts'
import { type DeliveryPlace, deliveryIdOf } from '../domain/delivery-id.ts'
import { Refusal } from '../domain/errors.ts'
import { type Delivery, readDelivery, withAttempts } from '../store/read-delivery.ts'

/** With the event as it is sent: the signed text, parsed. */
export const getDelivery = async (
  deps: Pick<Deps, 'db'>,
  place: DeliveryPlace,
): Promise<Delivery & { readonly event: unknown }> => {
  const row = await readDelivery(deps.db, place)
  if (!row) throw new Refusal('not-found', `delivery_id: there is no delivery ${deliveryIdOf(place)}`)
  const { body, ...rest } = row
  const [delivery] = await withAttempts(deps.db, [rest])
  if (!delivery) throw new Error('a delivery was lost between two lines')
  return { ...delivery, event: JSON.parse(body) }
}
