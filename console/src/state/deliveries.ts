// Deliveries as the API returns them.
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';

export type Delivery = components['schemas']['Delivery'];
export type DeliveryDetail = components['schemas']['DeliveryDetail'];
export type Attempt = components['schemas']['Attempt'];

const kEnded = new Set(['delivered', 'failed', 'withdrawn']);
export const hasEnded = ({ status }: { status: string }) => kEnded.has(status);

export async function readDelivery(
  handle: string,
  subscriptionId: string,
  deliveryId: string,
): Promise<{ delivery?: DeliveryDetail; fault?: Fault }> {
  const answer = await ask(
    quietly.GET('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}', {
      params: { path: { handle, subscriptionId, deliveryId } },
    }),
  );
  return answer.ok ? { delivery: answer.data } : { fault: answer.fault };
}
