import { useMemo, useRef, useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { State } from '../../parts/chip.tsx';
import { copyText } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ExportCsv } from '../../parts/export_csv.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { Instant } from '../../parts/instant.tsx';
import { LongTable, type Column } from '../../parts/long_table.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { kDeliveries, kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, readDelivery, type Delivery } from '../../state/deliveries.ts';
import { useKeys } from '../../state/keys.ts';
import { now } from '../../state/now.ts';
import { at, filter, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { rangeOf } from '../../state/range.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../../state/subscriptions.ts';
import { stateOf } from '../../state/words.ts';
import { asSent } from './as_sent.ts';
import { Failing } from './failing.tsx';
import { Filters } from './filters.tsx';
import { begin, goOn, kNothing, pageOf, refreshed, type Log, type Wanted } from './log.ts';
import { Peek } from './peek.tsx';
import { Resend } from './resend.tsx';

const { heads } = kDeliveries;

export function DeliveryList() {
  const { handle, query } = place.value;
  const all = subscriptions.value,
    closed = closedBelow('OPERATOR');
  const [resending, setResending] = useState(false),
    [fault, setFault] = useState<Fault | null>(null);
  const active = useRef<Delivery | null>(null);
  usePoll(15_000, () => loadSubscriptions(handle), [handle]);
  const wanted = useWanted();
  const { log, more } = useLog(handle, wanted, !!closed || !all);
  const names = useMemo(
    () => new Map((all ?? []).map(one => [one.subscriptionId, one.description || hostOf(one.endpointUrl)])),
    [all],
  );
  const [openSubscription, openId] = (query.get('open') ?? '').split('.');
  const open = (one: Delivery | null) =>
    filter({ open: one ? `${one.subscriptionId}.${one.deliveryId}` : '' }, { replace: !!openId });
  useKeys([
    {
      key: 'r',
      does: kDeliveries.keys.retry,
      run: async () => {
        if (active.current) setFault(await retryOf(handle, active.current));
      },
    },
    {
      key: 'y',
      does: kDeliveries.keys.copy,
      run: async () => {
        if (active.current) setFault(await copyOf(handle, active.current));
      },
    },
  ]);
  const columns: Column<Delivery>[] = [
    {
      head: heads.status,
      width: '25%',
      cell: one => <State name={one.status}>{stateOf(one, hasEnded(one) ? 0 : now.value)}</State>,
    },
    { head: heads.endpoint, width: '17%', cell: one => names.get(one.subscriptionId) ?? one.subscriptionId },
    { head: heads.answer, width: '9%', right: true, cell: one => one.lastStatus },
    {
      head: heads.next,
      width: '12%',
      right: true,
      cell: one => one.nextAttemptAt && <Instant at={one.nextAttemptAt} />,
    },
    { head: heads.created, width: '12%', right: true, cell: one => <Instant at={one.createdAt} /> },
  ];
  const shown = log ?? kNothing;
  return (
    <>
      <div class="head">
        <h1>{kDeliveries.title}</h1>
        {!closed && (
          <div class="acts">
            <ExportCsv
              name={`deliveries-${handle}`}
              heads={kDeliveries.csv}
              page={cursor => pageOf(handle, wanted, cursor, 200)}
              row={one => [
                one.deliveryId,
                one.eventId,
                one.eventType,
                one.status,
                one.reason,
                one.attemptCount,
                one.lastStatus,
                names.get(one.subscriptionId),
                one.subscriptionId,
                one.sessionId,
                one.createdAt,
                one.nextAttemptAt,
                one.endedAt,
              ]}
            />
            <button type="button" class="btn" onClick={() => setResending(true)}>
              <Icon name="retry" />
              {kDeliveries.resend}
            </button>
            <a class="btn" href={at('subscribe')}>
              <Icon name="globe" />
              {kDeliveries.endpoints}
            </a>
          </div>
        )}
      </div>
      {closed ? (
        <p class="note">{closed}</p>
      ) : (
        <>
          <Failing subscriptions={all ?? []} />
          <div class="filters">
            <Filters subscriptions={all ?? []} types={[...new Set(shown.items.map(one => one.eventType))]} />
            {log && (
              <span class="push m sm n" role="status">
                {kDeliveries.count(shown.items.length, !!shown.cursor)}
              </span>
            )}
          </div>
          {(shown.fault ?? fault) && <FaultNote fault={(shown.fault ?? fault)!} />}
          {log && !shown.fault && shown.items.length === 0 && <Nothing />}
          {shown.items.length > 0 && (
            <section class="panel">
              <LongTable
                label={kDeliveries.label}
                items={shown.items}
                idOf={one => one.deliveryId}
                lead={{
                  head: heads.event,
                  width: '25%',
                  cell: one => <span title={one.eventType}>{one.eventType}</span>,
                  more: one =>
                    one.sessionId && (
                      <a href={at('sessions', [one.sessionId])} title={one.sessionId}>
                        {one.sessionId}
                      </a>
                    ),
                }}
                columns={columns}
                link={one => at('deliveries', [one.subscriptionId, one.deliveryId])}
                onOpen={open}
                selected={openId}
                active={active}
                onEnd={more}
              />
              <p class="pfoot">{kDeliveries.kept}</p>
            </section>
          )}
          {openSubscription && openId && (
            <Peek key={openId} subscriptionId={openSubscription} deliveryId={openId} onClose={() => open(null)} />
          )}
          {resending && <Resend chosen={query.get('subscription') ?? ''} onClose={() => setResending(false)} />}
        </>
      )}
    </>
  );
}

// What the URL asks for.
function useWanted(): Wanted {
  const { query } = place.value;
  const all = subscriptions.value;
  const chosen = query.get('subscription') ?? '',
    ids = (chosen ? [chosen] : (all ?? []).map(one => one.subscriptionId)).join();
  const [status, eventType, range, since, until] = ['status', 'eventType', 'range', 'since', 'until'].map(
    name => query.get(name) ?? '',
  );
  return useMemo(() => {
    const { since: from, until: to } = rangeOf(place.peek().query, '24h', Date.now());
    return {
      subscriptions: ids.split(',').filter(Boolean),
      status: status!,
      eventType: eventType!,
      since: from,
      until: to,
    };
  }, [ids, status, eventType, range, since, until]);
}

// The list stays until the one for new filters has been loaded.
function useLog(handle: string, wanted: Wanted, closed: boolean) {
  const [seen, setSeen] = useState<{ log: Log; of: Wanted } | null>(null),
    fetching = useRef(false);
  usePoll(
    3000,
    async isCurrent => {
      if (closed) return;
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
    [handle, wanted, closed],
  );
  const log = seen?.log ?? null;
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
  return { log, more };
}

async function retryOf(handle: string, { subscriptionId, deliveryId }: Delivery): Promise<Fault | null> {
  const answer = await ask(
    api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/retry', {
      params: { path: { handle, subscriptionId, deliveryId } },
    }),
  );
  if (answer.ok) confirmed(kDelivery.queuedAgain);
  return answer.ok ? null : answer.fault;
}

async function copyOf(handle: string, { subscriptionId, deliveryId }: Delivery): Promise<Fault | null> {
  const { delivery, fault } = await readDelivery(handle, subscriptionId, deliveryId);
  const endpoint = subscriptions.peek()?.find(one => one.subscriptionId === subscriptionId);
  if (delivery && endpoint) await copyText(asSent(endpoint.endpointUrl, delivery), kDelivery.curl);
  return fault ?? null;
}

function Nothing() {
  const { query } = place.value;
  const filtered = ['q', 'subscription', 'status', 'eventType'].some(name => query.has(name));
  if (subscriptions.value?.length === 0)
    return (
      <Empty says={kDeliveries.noEndpoints}>
        <a class="btn pri" href={at('subscribe')}>
          {kDeliveries.newEndpoint}
        </a>
      </Empty>
    );
  return (
    <Empty
      says={filtered ? kDeliveries.noMatch : query.get('range') === 'all' ? kDeliveries.noneYet : kDeliveries.none}
    >
      {!filtered && (
        <a class="btn pri" href={at('test')}>
          {kDeliveries.sendTest}
        </a>
      )}
    </Empty>
  );
}
