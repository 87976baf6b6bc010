import { useMemo, useRef, useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { State } from '../../parts/chip.tsx';
import { copyText } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ExportCsv } from '../../parts/export_csv.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SearchField } from '../../parts/filter_bar.tsx';
import { FoundCount } from '../../parts/found_count.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { Instant } from '../../parts/instant.tsx';
import { LongTable, type Column } from '../../parts/long_table.tsx';
import { confirmed } from '../../state/announce.ts';
import { kDeliveries, kDelivery } from '../../sentences/deliveries.ts';
import { hasEnded, readDelivery, type Delivery } from '../../state/deliveries.ts';
import { useKeys } from '../../state/keys.ts';
import { now } from '../../state/now.ts';
import { personAt } from '../../state/people.ts';
import { at, filter, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { rangeOf } from '../../state/range.ts';
import { loadSubscriptions, subscriptions } from '../../state/subscriptions.ts';
import { stateOf } from '../../state/words.ts';
import { asSent } from './as_sent.ts';

import { Filters } from './filters.tsx';
import { Health } from './health.tsx';
import { begin, goOn, kNothing, newest, pageOf, refreshed, type Listed, type Log, type Wanted } from './log.ts';
import { Peek } from './peek.tsx';
import { Resend } from './resend.tsx';

const { heads } = kDeliveries;

export function DeliveryList() {
  const { handle, query } = place.value;
  const all = subscriptions.value,
    closed = closedBelow('OPERATOR');
  const [resending, setResending] = useState(false),
    [fault, setFault] = useState<Fault | null>(null);
  const active = useRef<Listed | null>(null);
  usePoll(15_000, () => loadSubscriptions(handle), [handle]);
  const wanted = useWanted();
  const { log, more } = useLog(handle, wanted, !!closed);
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
  const columns: Column<Listed>[] = [
    {
      head: heads.status,
      width: '24%',
      cell: one => <State name={one.status}>{stateOf(one, hasEnded(one) ? 0 : now.value)}</State>,
    },
    { head: heads.endpoint, width: '20%', cell: one => <Endpoint of={one} /> },
    { head: heads.answer, width: '7%', right: true, cell: one => one.lastStatus },
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
                nameOf(one),
                one.visitorId,
                one.ruleId,
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
            <a class="btn" href={at('endpoints')}>
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
          <Health subscriptions={all ?? []} stamp={stampOf(shown.items)} />
          <div class="filters">
            <SearchField label={kDeliveries.search} />
            <Filters subscriptions={all ?? []} types={[...new Set(shown.items.map(one => one.eventType))]} />
            {log && <FoundCount says={kDeliveries.count(shown.items.length, !!shown.cursor)} />}
          </div>
          {(shown.fault ?? fault) && <FaultNote fault={(shown.fault ?? fault)!} />}
          {log && !shown.fault && shown.items.length === 0 && <Nothing onMore={shown.cursor ? more : null} />}
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
                  more: one => <Whose of={one} />,
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

// Changes when a delivery arrives or ends.
const stampOf = (items: Listed[]) => `${items.length} ${items.filter(hasEnded).length} ${items[0]?.deliveryId}`;

// What the URL asks for.
function useWanted(): Wanted {
  const { query } = place.value;
  const [q, subscriptionId, status, eventType, range, since, until] = [
    'q',
    'subscription',
    'status',
    'eventType',
    'range',
    'since',
    'until',
  ].map(name => query.get(name) ?? '') as [string, string, string, string, string, string, string];
  return useMemo(() => {
    const { since: from, until: to } = rangeOf(place.peek().query, '24h', Date.now());
    return { q, subscriptionId, status, eventType, since: from, until: to };
  }, [q, subscriptionId, status, eventType, range, since, until]);
}

// The list stays until the one for new filters has been loaded.
function useLog(handle: string, wanted: Wanted, closed: boolean) {
  const [seen, setSeen] = useState<{ log: Log; of: Wanted } | null>(null),
    fetching = useRef(false),
    begun = useRef<Wanted | null>(null);
  usePoll(
    3000,
    async isCurrent => {
      if (closed) return;
      const isNew = begun.current !== wanted;
      const found = await (isNew ? begin : newest)(handle, wanted);
      if (!isCurrent()) return;
      begun.current = wanted;
      setSeen(before =>
        before?.of === wanted && !isNew
          ? { of: wanted, log: refreshed(before.log, found) }
          : { of: wanted, log: found },
      );
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

const nameOf = ({ endpoint, subscriptionId }: Listed) => endpoint?.description || endpoint?.host || subscriptionId;

const Endpoint = ({ of }: { of: Listed }) => (
  <span
    class={of.endpoint ? 'second' : 'second m'}
    title={of.endpoint ? nameOf(of) : kDeliveries.deleted(of.subscriptionId)}
  >
    {of.endpoint ? nameOf(of) : kDeliveries.deletedEndpoint}
  </span>
);

// Whom it is about: the visitor, else the session; and by which rule.
function Whose({ of: { visitorId, sessionId, ruleId } }: { of: Listed }) {
  return (
    <>
      {visitorId ? (
        <a href={personAt(visitorId)} title={visitorId}>
          {visitorId}
        </a>
      ) : (
        sessionId && (
          <a href={at('sessions', [sessionId])} title={sessionId}>
            {sessionId}
          </a>
        )
      )}
      {ruleId && (
        <>
          {(visitorId || sessionId) && ' · '}
          <a href={at('rules', [ruleId])}>{ruleId}</a>
        </>
      )}
    </>
  );
}

function Nothing({ onMore }: { onMore: (() => void) | null }) {
  const { query } = place.value;
  const filtered = ['q', 'subscription', 'status', 'eventType'].some(name => query.has(name));
  if (subscriptions.value?.length === 0 && !filtered)
    return (
      <Empty says={kDeliveries.noEndpoints}>
        <a class="btn pri" href={at('endpoints', ['+'])}>
          {kDeliveries.newEndpoint}
        </a>
      </Empty>
    );
  const none = query.get('range') === 'all' ? kDeliveries.noneYet : kDeliveries.none;
  return (
    <Empty says={onMore ? kDeliveries.notYet : filtered ? kDeliveries.noMatch : none}>
      {onMore && (
        <button type="button" class="btn" onClick={onMore}>
          {kDeliveries.searchOn}
        </button>
      )}
      {!filtered && (
        <a class="btn pri" href={at('test')}>
          {kDeliveries.sendTest}
        </a>
      )}
    </Empty>
  );
}
