import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { Cut } from '../parts/cut.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { Json } from '../parts/json.tsx';
import { LongTable } from '../parts/long_table.tsx';
import { kEvent } from '../sentences/deliveries.ts';
import { now } from '../state/now.ts';
import { useObject } from '../state/object.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { stateOf } from '../state/words.ts';
import { Cause, type Event } from './deliveries/cause.tsx';

const { heads } = kEvent;

export function EventPage() {
  const {
    handle,
    more: [eventId = ''],
  } = place.value;
  const [event, setEvent] = useState<Event | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const closed = closedBelow('OPERATOR');
  useObject(event?.type ?? eventId);
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
      <div class="head">
        <h1 class="wrap">{event?.type ?? kEvent.title}</h1>
      </div>
      {closed && <p class="note">{closed}</p>}
      {fault && <FaultNote fault={fault} />}
      {event && (
        <div class="cols main-side">
          <div class="stack">
            <section class="panel" aria-labelledby="deliveries">
              <div class="phead">
                <h2 id="deliveries">{kEvent.deliveries}</h2>
              </div>
              {event.deliveries.length === 0 ? (
                <p class="pad m">{kEvent.noSubscriber}</p>
              ) : (
                <LongTable
                  label={kEvent.deliveries}
                  items={event.deliveries}
                  idOf={one => one.deliveryId}
                  link={one => at('deliveries', [one.subscriptionId, one.deliveryId])}
                  lead={{ head: heads.delivery, width: '40%', cell: one => one.deliveryId }}
                  columns={[
                    {
                      head: heads.status,
                      width: '36%',
                      cell: one => <State name={one.status}>{stateOf(one, now.value)}</State>,
                    },
                    { head: heads.created, width: '24%', right: true, cell: one => <Instant at={one.createdAt} /> },
                  ]}
                />
              )}
            </section>
            <section class="panel" aria-labelledby="payload">
              <div class="phead">
                <h2 id="payload">{kEvent.payload}</h2>
              </div>
              {event.payload ? (
                <Json text={JSON.stringify(event.payload)} label={kEvent.payloadLabel} />
              ) : (
                <p class="pad m">{kEvent.erased}</p>
              )}
            </section>
          </div>
          <section class="panel" aria-labelledby="details">
            <div class="phead">
              <h2 id="details">{kEvent.details}</h2>
            </div>
            <dl class="kv pad">
              <dt>{kEvent.event}</dt>
              <dd>
                <Cut text={eventId} what={kEvent.eventId} />
              </dd>
              <dt>{kEvent.occurred}</dt>
              <dd class="n">
                <Instant at={event.occurredAt} />
              </dd>
              {event.sessionId && (
                <>
                  <dt>{kEvent.session}</dt>
                  <dd>
                    <a href={at('sessions', [event.sessionId])}>
                      <Cut text={event.sessionId} />
                    </a>
                  </dd>
                </>
              )}
              <dt>{kEvent.causedBy}</dt>
              <dd>
                <Cause event={event} />
              </dd>
            </dl>
          </section>
        </div>
      )}
    </>
  );
}
