// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { State } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { ClearFilters, SearchField } from '../parts/filter_bar.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Icon } from '../parts/icon.tsx';
import { Instant } from '../parts/instant.tsx';
import { kLive } from '../sentences/live.ts';
import { announce } from '../state/announce.ts';
import { kLists } from '../sentences/lists.ts';
import { hasEnded } from '../state/deliveries.ts';
import { span } from '../state/instants.ts';
import { useKeys } from '../state/keys.ts';
import { kKept, Live, type Connection, type Line } from '../state/live.ts';
import { now } from '../state/now.ts';
import { at, filter, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { token } from '../state/sign_in.ts';
import { hostOf, loadSubscriptions, subscriptions } from '../state/subscriptions.ts';
import { stateOf } from '../state/words.ts';

export function LivePage() {
  const closed = closedBelow('OPERATOR');
  if (!closed) return <Tail key={place.value.handle} handle={place.value.handle} />;
  return (
    <>
      <div class="head">
        <h1>{kLive.title}</h1>
      </div>
      <p class="note">{closed}</p>
    </>
  );
}

const kTones = { connecting: 'retrying', live: 'delivered', beside: 'delivered', waiting: 'retrying', over: 'failed' };

function says(connection: Connection, rate: number): string {
  const shown = rate.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  switch (connection.state) {
    case 'connecting':
      return kLive.connecting;
    case 'live':
      return kLive.live(shown);
    case 'beside':
      return kLive.throughAnotherTab(shown);
    case 'waiting':
      return kLive.reconnecting(span(Math.max(0, connection.until - now.value)));
    case 'over':
      return kLive.ended;
  }
}

// What of a line is searched.
const textOf = (line: Line) =>
  (line.kind === 'signal'
    ? [line.signal.signalKey, line.signal.signalValue ?? '', line.signal.sessionId]
    : [line.delivery.eventType, line.delivery.sessionId ?? '', line.delivery.deliveryId, line.delivery.eventId]
  )
    .join('\n')
    .toLowerCase();

function Tail({ handle }: { handle: string }) {
  usePoll(60_000, () => loadSubscriptions(handle), [handle]);
  const live = useMemo(() => new Live(handle), [handle, token.value]); // again after another sign-in
  useEffect(() => () => live.close(), [live]);
  const [paused, setPaused] = useState<{ lines: Line[]; came: number } | null>(null);
  const { query } = place.value;
  const only = query.get('only') ?? '',
    wanted = (query.get('q') ?? '').toLowerCase();
  live.round.value; // read to subscribe to it
  const all = paused?.lines ?? live.lines,
    shown = all.filter(line => (!only || line.kind === only) && (!wanted || textOf(line).includes(wanted))).reverse();
  const connection = live.connection.value,
    news = paused ? live.came - paused.came : 0;
  const toggle = () => setPaused(paused ? null : { lines: [...live.lines], came: live.came });
  useKeys([{ key: 'p', does: kLive.pauseKey, run: toggle }], [paused]);
  const clear = () => {
    live.clear();
    if (paused) setPaused({ lines: [], came: live.came });
  };
  return (
    <>
      <div class="head">
        <h1>{kLive.title}</h1>
        <span class="connection">
          <State name={paused ? 'held' : kTones[connection.state]}>
            {paused ? kLive.paused(news) : says(connection, live.rate(now.value))}
          </State>
        </span>
        <div class="acts">
          <Button keyHint="p" onPress={toggle} pressed={!!paused}>
            <Icon name={paused ? 'play' : 'pause'} />
            {paused ? kLive.resume : kLive.pause}
          </Button>
          <Button kind="quiet" onPress={clear}>
            {kLive.clear}
          </Button>
        </div>
      </div>
      <div class="filters">
        <SearchField label={kLive.search} />
        {(['signal', 'delivery'] as const).map(kind => (
          <button
            key={kind}
            type="button"
            class={only === kind ? 'fchip on' : 'fchip'}
            aria-pressed={only === kind}
            onClick={() => filter({ only: only === kind ? '' : kind })}
          >
            <Icon name={only === kind ? 'check' : kind === 'signal' ? 'pulse' : 'send'} />
            {kLive.kinds[kind]}
          </button>
        ))}
        <ClearFilters params={['q', 'only']} />
        <span class="m sm push">{kLive.kept(kKept)}</span>
      </div>
      {connection.state === 'over' && <p class="note">{connection.says}</p>}
      {shown.length > 0 && <Lines lines={shown} />}
      {shown.length === 0 && all.length > 0 && <p class="m">{kLive.noMatch}</p>}
      {all.length === 0 && connection.state !== 'over' && (
        <Empty says={kLive.none}>
          <a class="btn pri" href={at('append')}>
            {kLive.append}
          </a>
        </Empty>
      )}
      <Announcer live={live} />
      {live.letGo.value > 0 && <p class="sm m">{kLive.dropped(live.letGo.value)}</p>}
    </>
  );
}

function endpointOf(subscriptionId: string): string {
  const found = subscriptions.value?.find(one => one.subscriptionId === subscriptionId);
  return found ? found.description || hostOf(found.endpointUrl) : kLive.delivery;
}

const { heads } = kLive;

const Lines = ({ lines }: { lines: Line[] }) => (
  <section class="panel">
    <table class="table tail" role="table" aria-label={kLive.label}>
      <thead role="rowgroup">
        <tr role="row">
          {Object.values(heads).map(head => (
            <th key={head} role="columnheader" scope="col" class={head === heads.time ? 'r' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {lines.map(line => (
          <One key={line.key} line={line} />
        ))}
      </tbody>
    </table>
  </section>
);

function One({ line }: { line: Line }) {
  const isSignal = line.kind === 'signal';
  const session = isSignal ? line.signal.sessionId : line.delivery.sessionId;
  const value = isSignal ? line.signal.signalValue : endpointOf(line.delivery.subscriptionId);
  return (
    <tr role="row">
      <td role="cell" class="lead">
        <span class="row tight">
          <Icon name={isSignal ? 'pulse' : 'send'} />
          {isSignal ? (
            <a class="b cut" href={at('sessions', [line.signal.sessionId])} title={line.signal.signalKey}>
              {line.signal.signalKey}
            </a>
          ) : (
            <a
              class="b cut"
              href={at('deliveries', [line.delivery.subscriptionId, line.delivery.deliveryId])}
              title={line.delivery.eventType}
            >
              {line.delivery.eventType}
            </a>
          )}
        </span>
      </td>
      <td role="cell" data-l={heads.value} class={value ? undefined : 'no'}>
        {value ? (
          <span class="cut" title={value}>
            {value}
          </span>
        ) : (
          kLists.none
        )}
      </td>
      <td role="cell" data-l={heads.session} class={session ? undefined : 'no'}>
        {session ? (
          <a class="cut" href={at('sessions', [session])} title={session}>
            {session}
          </a>
        ) : (
          kLists.none
        )}
      </td>
      <td role="cell" data-l={heads.outcome} class={isSignal ? 'no' : undefined}>
        {isSignal ? (
          kLists.none
        ) : (
          <State name={line.delivery.status}>{stateOf(line.delivery, hasEnded(line.delivery) ? 0 : now.value)}</State>
        )}
      </td>
      <td role="cell" class="r" data-l={heads.time}>
        <Instant at={line.at} />
      </td>
    </tr>
  );
}

const kAnnounced = 10_000; // milliseconds between two announcements

// Reads out how much has come, now and then.
function Announcer({ live }: { live: Live }) {
  const before = useRef(live.came);
  useEffect(() => {
    const timer = setInterval(() => {
      const fresh = live.came - before.current,
        last = live.lines.at(-1);
      before.current = live.came;
      if (fresh > 0 && last) announce(kLive.announced(fresh, kLive.kind[last.kind]));
    }, kAnnounced);
    return () => clearInterval(timer);
  }, [live]);
  return null;
}
