import { place } from '../state/place.ts';
import { DeliveryPage } from './deliveries/detail.tsx';
import { DeliveryList } from './deliveries/list.tsx';

export function DeliveriesPage() {
  const [subscriptionId, deliveryId] = place.value.more;
  return subscriptionId && deliveryId ? (
    <DeliveryPage key={deliveryId} subscriptionId={subscriptionId} deliveryId={deliveryId} />
  ) : (
    <DeliveryList />
  );
}
