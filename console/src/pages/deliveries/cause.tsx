import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { TimelineList, type Entry } from '../../parts/timeline_list.tsx';
import { kDelivery, kEvent } from '../../sentences/deliveries.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { causeIn } from '../../state/timeline.ts';

export type Event = components['schemas']['Event'];

// What caused an event, as a link where there is one.
export function Cause({ event: { cause, sessionId } }: { event: Pick<Event, 'cause' | 'sessionId'> }) {
  const name = causeIn(cause);
  if (name.startsWith('dec_'))
    return (
      <a href={at('decisions', [name], { session: sessionId })}>
        <code class="wrap">{name}</code>
      </a>
    );
  if (name && sessionId) return <a href={at('sessions', [sessionId])}>{kEvent.signal(name.replace('signal-', ''))}</a>;
  const { test, published, edited } = cause as {
    test?: boolean;
    published?: { by: string };
    edited?: { event: string; by: string };
  };
  if (test) return <>{kEvent.test}</>;
  if (published) return <>{kEvent.published(published.by)}</>;
  if (edited)
    return (
      <>
        {kEvent.edited(edited.by)}{' '}
        <a href={at('events', [edited.event])}>
          <code class="wrap">{edited.event}</code>
        </a>
      </>
    );
  return <code class="wrap">{JSON.stringify(cause)}</code>;
}

function ruleIn(cause: unknown): string {
  const { decision } = (cause ?? {}) as { decision?: { rule?: string; ruleId?: string } };
  return decision?.ruleId ?? decision?.rule ?? '';
}

interface Props {
  eventId: string;
  createdAt: string; // of the delivery
}

// From what caused the event to the delivery.
export function CauseOf({ eventId, createdAt }: Props) {
  const { handle } = place.value;
  const [event, setEvent] = useState<Event | null>(null);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/events/{eventId}', { params: { path: { handle, eventId } } }),
      );
      if (isCurrent() && answer.ok) setEvent(answer.data);
    },
    [handle, eventId],
  );
  if (!event) return null;
  const rule = ruleIn(event.cause),
    isSignal = causeIn(event.cause).startsWith('signal-');
  const entries: Entry[] = [
    { key: 'this', icon: 'send', tone: 'info', what: <b>{kDelivery.thisDelivery}</b>, at: createdAt },
    {
      key: 'cause',
      icon: isSignal ? 'pulse' : 'bolt',
      what: <Cause event={event} />,
      more: rule && (
        <p>
          <a href={at('rules', [rule])}>{rule}</a>
        </p>
      ),
      at: event.occurredAt,
    },
  ];
  return (
    <section class="panel" aria-labelledby="cause">
      <div class="phead">
        <h2 id="cause">{kDelivery.causedBy}</h2>
      </div>
      <div class="pad">
        <TimelineList entries={entries} />
      </div>
    </section>
  );
}
