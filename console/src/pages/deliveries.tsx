import { useMemo, useRef, useState } from 'preact/hooks';
import { State } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { Rows } from '../parts/rows.tsx';
import { hasEnded, type Delivery } from '../state/deliveries.ts';
import { now } from '../state/now.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { counted, stateOf } from '../state/words.ts';
import { DeliveryPage } from './deliveries/detail.tsx';
import { Filters } from './deliveries/filters.tsx';
import { begin, goOn, kNothing, refreshed, type Log, type Wanted } from './deliveries/log.ts';
import { Replay } from './deliveries/replay.tsx';

const kDay = 86_400_000;

export function DeliveriesPage() {
  const [subscriptionId, deliveryId] = place.value.more;
  return subscriptionId && deliveryId ? (
    <DeliveryPage key={deliveryId} subscriptionId={subscriptionId} deliveryId={deliveryId} />
  ) : (
    <List />
  );
}

function List() {
  const { handle, query } = place.value;
  const all = subscriptions.value;
  const chosen = query.get('subscription') ?? '',
    status = query.get('status') ?? '',
    eventType = query.get('eventType') ?? '',
    whole = query.get('window') === 'all';
  const ids = (chosen ? [chosen] : (all ?? []).map(one => one.subscriptionId)).join();
  const wanted = useMemo<Wanted>(
    () => ({ subscriptions: ids.split(',').filter(Boolean), status, eventType, since: whole ? 0 : Date.now() - kDay }),
    [ids, status, eventType, whole],
  );
  // The last list stays until the list for the new filters has been loaded.
  const [seen, setSeen] = useState<{ log: Log; of: Wanted } | null>(null);
  const log = seen?.log ?? null;
  const fetching = useRef(false);
  const closed = closedBelow('OPERATOR');
  usePoll(0, () => loadSubscriptions(handle), [handle]);
  usePoll(
    3000,
    async isCurrent => {
      if (closed || !all) return;
      const newest = await begin(handle, wanted);
      if (isCurrent())
        setSeen(before => ({
          of: wanted,
          log:
            before?.of === wanted && before.log.items.length > newest.items.length
              ? refreshed(before.log, newest)
              : newest,
        }));
    },
    [handle, wanted, closed, !all],
  );
  const more = async () => {
    if (!log?.cursor || seen?.of !== wanted || fetching.current) return;
    fetching.current = true;
    const longer = await goOn(handle, wanted, log);
    // What was refreshed in the meantime stays; a list that was started again wins.
    setSeen(before =>
      before?.of === wanted && before.log.cursor === log.cursor
        ? { of: wanted, log: { ...longer, items: [...before.log.items, ...longer.items.slice(log.items.length)] } }
        : before,
    );
    fetching.current = false;
  };
  const hosts = useMemo(
    () => new Map((all ?? []).map(one => [one.subscriptionId, one.description || hostOf(one.endpointUrl)])),
    [all],
  );
  const shown = log ?? kNothing,
    filtered = !!(chosen || status || eventType);
  return (
    <>
      <h1>Deliveries</h1>
      <p class="lead">Every event sent to an endpoint, and its outcome. No delivery is dropped silently.</p>
      {closed ? (
        <p class="note">{closed}</p>
      ) : (
        <>
          <Filters subscriptions={all ?? []} />
          {shown.fault && <FaultNote fault={shown.fault} />}
          {log &&
            !shown.fault &&
            shown.items.length === 0 &&
            (all?.length === 0 ? (
              <Empty says="No endpoints yet, so there is nothing to deliver.">
                <a class="button primary" href={at('subscribe')}>
                  New endpoint
                </a>
              </Empty>
            ) : (
              <Empty
                says={
                  filtered
                    ? 'No deliveries match these filters.'
                    : `No deliveries ${whole ? 'yet' : 'in the last 24 hours'}.`
                }
              >
                {filtered ? (
                  <a class="button" href={at('deliveries')}>
                    Clear the filters
                  </a>
                ) : (
                  <a class="button primary" href={at('test')}>
                    Send a test delivery
                  </a>
                )}
              </Empty>
            ))}
          {shown.items.length > 0 && (
            <Rows
              items={shown.items}
              idOf={one => one.deliveryId}
              label="Deliveries, newest first"
              onEnd={more}
              link={one => at('deliveries', [one.subscriptionId, one.deliveryId])}
              row={one => <Line delivery={one} host={hosts.get(one.subscriptionId) ?? ''} />}
            />
          )}
          <footer class="small quiet">
            {log && (
              <p role="status">
                {counted(shown.items.length, 'delivery', 'deliveries')}
                {shown.cursor ? ' so far; scroll to load more' : ''}.{' '}
                {!chosen &&
                  hosts.size > 1 &&
                  'The newest 50 per endpoint; choose an endpoint to see all of its deliveries. '}
              </p>
            )}
            <p>
              {whole ? (
                <>
                  {' '}
                  Stored data.{' '}
                  <a href={at('deliveries', [], { ...Object.fromEntries(query), window: undefined })}>
                    Show the last 24 hours
                  </a>
                  .
                </>
              ) : (
                <>
                  {' '}
                  Last 24 hours.{' '}
                  <a href={at('deliveries', [], { ...Object.fromEntries(query), window: 'all' })}>Show stored data</a>.
                </>
              )}{' '}
              Deliveries are kept for the retention period of the handle, waiting ones for at most 7 days.
            </p>
          </footer>
          {chosen && <Replay subscriptionId={chosen} />}
        </>
      )}
    </>
  );
}

function Line({ delivery, host }: { delivery: Delivery; host: string }) {
  return (
    <>
      <span class="main">{delivery.eventType}</span>
      <State name={delivery.status}>{stateOf(delivery, hasEnded(delivery) ? 0 : now.value)}</State>
      <span class="quiet cut">{host}</span>
      <span class="when">
        <Instant at={delivery.createdAt} />
      </span>
    </>
  );
}
