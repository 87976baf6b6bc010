import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { State } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { hasEnded } from '../state/deliveries.ts';
import { span } from '../state/instants.ts';
import { useKeys } from '../state/keys.ts';
import { Live, type Connection, type Line } from '../state/live.ts';
import { now } from '../state/now.ts';
import { at, filter, place } from '../state/place.ts';
import { token } from '../state/sign_in.ts';
import { stateOf } from '../state/words.ts';

export function LivePage() {
  const closed = closedBelow('OPERATOR');
  return (
    <>
      <h1>Live</h1>
      <p class="lead">Signals and deliveries for this handle in real time.</p>
      {closed ? <p class="note">{closed}</p> : <Tail key={place.value.handle} handle={place.value.handle} />}
    </>
  );
}

function says(connection: Connection): string {
  switch (connection.state) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'beside':
      return 'live, through another tab';
    case 'waiting':
      return `reconnecting in ${span(Math.max(0, connection.until - now.value))}`;
    case 'over':
      return 'ended';
  }
}

function Tail({ handle }: { handle: string }) {
  const live = useMemo(() => new Live(handle), [handle, token.value]); // again after another sign-in
  useEffect(() => () => live.close(), [live]);
  const [paused, setPaused] = useState<{ lines: Line[]; came: number } | null>(null);
  const only = place.value.query.get('only') ?? '';
  const here = useRef<HTMLOListElement>(null),
    atEnd = useRef(true);
  live.round.value; // read to subscribe to it
  const all = paused?.lines ?? live.lines,
    shown = only ? all.filter(line => line.kind === only) : all;
  const connection = live.connection.value,
    news = paused ? live.came - paused.came : 0;
  const toggle = () => setPaused(paused ? null : { lines: [...live.lines], came: live.came });
  useKeys([{ key: 'p', does: 'pause or resume', run: toggle }], [paused]);
  useLayoutEffect(() => {
    if (atEnd.current && here.current) here.current.scrollTop = here.current.scrollHeight;
  });
  const scrolled = () => {
    const list = here.current!;
    atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  };
  return (
    <>
      <div class="bar">
        <span class="connection">
          <State
            name={
              connection.state === 'live' || connection.state === 'beside'
                ? 'delivered'
                : connection.state === 'over'
                  ? 'failed'
                  : 'retrying'
            }
          >
            {paused ? `paused, ${news} new` : says(connection)}
          </State>
        </span>
        <label>
          Show{' '}
          <select value={only} onChange={event => filter({ only: event.currentTarget.value })}>
            <option value="">everything</option>
            <option value="signal">signals</option>
            <option value="delivery">deliveries</option>
          </select>
        </label>
        <Button keyHint="p" onPress={toggle} pressed={!!paused}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </div>
      {connection.state === 'over' && <p class="note">{connection.says}</p>}
      {shown.length > 0 ? (
        <ol class="tail" ref={here} onScroll={scrolled} tabIndex={0} aria-label="Live feed, newest last">
          {shown.map(line => (
            <One key={line.key} line={line} />
          ))}
        </ol>
      ) : (
        connection.state !== 'over' && (
          <Empty says="No activity since the server started.">
            <a class="button primary" href={at('append')}>
              Append a signal
            </a>
          </Empty>
        )
      )}
      <Announcer lines={live.lines} />
      {live.letGo.value > 0 && (
        <p class="small quiet">
          {live.letGo.value} older entries are not shown; find them under Sessions and Deliveries.
        </p>
      )}
    </>
  );
}

function One({ line }: { line: Line }) {
  if (line.kind === 'signal') {
    const { sessionId, signalKey, signalValue } = line.signal;
    return (
      <li>
        <a class="line" href={at('sessions', [sessionId])}>
          <span class="main">{signalKey}</span>
          <span class="quiet cut">{signalValue}</span>
          <span class="quiet cut">{sessionId}</span>
          <span class="when">
            <Instant at={line.at} />
          </span>
        </a>
      </li>
    );
  }
  const { subscriptionId, deliveryId, eventType } = line.delivery;
  return (
    <li>
      <a class="line" href={at('deliveries', [subscriptionId, deliveryId])}>
        <span class="main">{eventType}</span>
        <State name={line.delivery.status}>{stateOf(line.delivery, hasEnded(line.delivery) ? 0 : now.value)}</State>
        <span class="quiet cut">delivery</span>
        <span class="when">
          <Instant at={line.at} />
        </span>
      </a>
    </li>
  );
}

const kAnnounced = 10_000; // milliseconds between two announcements

function Announcer({ lines }: { lines: Line[] }) {
  const [said, setSaid] = useState(''),
    before = useRef(lines.at(-1));
  useEffect(() => {
    const timer = setInterval(() => {
      const from = lines.lastIndexOf(before.current!),
        fresh = from < 0 ? lines.length : lines.length - 1 - from;
      before.current = lines.at(-1);
      if (fresh > 0) setSaid(`${fresh} new, the last: ${lines.at(-1)!.kind}`);
    }, kAnnounced);
    return () => clearInterval(timer);
  });
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}
