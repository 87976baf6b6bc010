import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { Json } from '../parts/json.tsx';
import { closedBelow } from '../parts/gate.ts';
import { now } from '../state/now.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { causeIn } from '../state/timeline.ts';
import { stateOf } from '../state/words.ts';

type Event = components['schemas']['Event'];

export function EventPage() {
  const {
    handle,
    more: [eventId = ''],
  } = place.value;
  const [event, setEvent] = useState<Event | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const closed = closedBelow('OPERATOR');
  usePoll(
    2000,
    async isCurrent => {
      if (closed) return;
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/events/{eventId}', { params: { path: { handle, eventId } } }),
      );
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      setEvent(answer.ok ? answer.data : null);
    },
    [handle, eventId, closed],
  );
  return (
    <>
      <div class="title">
        <p class="back">
          <a href={at('deliveries')}>Deliveries</a>
        </p>
        <h1 class="wrap">{event?.type ?? 'Event'}</h1>
        <p class="mono small wrap">{eventId}</p>
      </div>
      {closed && <p class="note">{closed}</p>}
      {fault && <FaultNote fault={fault} />}
      {event && (
        <>
          <dl class="facts">
            <div>
              <dt>Occurred</dt>
              <dd>
                <Instant at={event.occurredAt} />
              </dd>
            </div>
            {event.sessionId && (
              <div>
                <dt>Session</dt>
                <dd>
                  <a href={at('sessions', [event.sessionId])}>
                    <code>{event.sessionId}</code>
                  </a>
                </dd>
              </div>
            )}
            <div>
              <dt>Caused by</dt>
              <dd>
                <Cause event={event} />
              </dd>
            </div>
          </dl>
          <section class="card" aria-labelledby="deliveries">
            <h2 id="deliveries">Deliveries</h2>
            {event.deliveries.length === 0 && <p class="quiet">No subscriber.</p>}
            <ul class="rows">
              {event.deliveries.map(one => (
                <li key={one.deliveryId}>
                  <a class="row" href={at('deliveries', [one.subscriptionId, one.deliveryId])}>
                    <span class="main mono small">{one.deliveryId}</span>
                    <State name={one.status}>{stateOf(one, now.value)}</State>
                    <span />
                    <span class="when">
                      <Instant at={one.createdAt} />
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
          <section class="card" aria-labelledby="payload">
            <h2 id="payload">Payload</h2>
            {event.payload ? (
              <Json text={JSON.stringify(event.payload)} label="Payload, as JSON" />
            ) : (
              <p class="quiet">Erased with its session.</p>
            )}
          </section>
        </>
      )}
    </>
  );
}

function Cause({ event: { cause, sessionId } }: { event: Event }) {
  const name = causeIn(cause);
  if (name.startsWith('dec_'))
    return (
      <a href={at('decisions', [name], { session: sessionId })}>
        <code>{name}</code>
      </a>
    );
  if (name && sessionId)
    return <a href={at('sessions', [sessionId])}>{name.replace('signal-', 'signal ')} in its session</a>;
  const { test, published, edited } = cause as {
    test?: boolean;
    published?: { by: string };
    edited?: { event: string; by: string };
  };
  if (test) return <>a test delivery</>;
  if (published) return <>a custom event published by {published.by}</>;
  if (edited)
    return (
      <>
        <a href={at('events', [edited.event])}>
          <code>{edited.event}</code>
        </a>
        , edited and resent by {edited.by}
      </>
    );
  return <code class="wrap">{JSON.stringify(cause)}</code>;
}
