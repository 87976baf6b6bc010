import { useRef } from 'preact/hooks';
import { useKeys } from '../../state/keys.ts';
import { at, filter, place } from '../../state/place.ts';
import { keys } from '../../state/preferences.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';
import { nameOf } from '../../state/words.ts';

const kStates = ['queued', 'sending', 'retrying', 'held', 'delivered', 'failed', 'withdrawn'];

// Filters live in the URL, so that a link to this page shows the same.
export function Filters({ subscriptions }: { subscriptions: Subscription[] }) {
  const { query } = place.value;
  const type = useRef<HTMLInputElement>(null);
  useKeys([{ key: '/', does: 'filter by event type', run: () => type.current?.focus() }]);
  const any = query.has('subscription') || query.has('status') || query.has('eventType');
  return (
    <search class="filters">
      <label>
        Endpoint{' '}
        <select
          value={query.get('subscription') ?? ''}
          onChange={event => filter({ subscription: event.currentTarget.value })}
        >
          <option value="">all</option>
          {subscriptions.map(one => (
            <option key={one.subscriptionId} value={one.subscriptionId}>
              {one.description || hostOf(one.endpointUrl)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Status{' '}
        <select value={query.get('status') ?? ''} onChange={event => filter({ status: event.currentTarget.value })}>
          <option value="">any</option>
          {kStates.map(state => (
            <option key={state} value={state}>
              {nameOf(state)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Event type{keys.value === 'on' && <kbd>/</kbd>}</span>
        <input
          ref={type}
          class="mono"
          placeholder="any"
          value={query.get('eventType') ?? ''}
          spellcheck={false}
          onChange={event => filter({ eventType: event.currentTarget.value.trim() })}
        />
      </label>
      {any && (
        <a class="button" href={at('deliveries')}>
          Clear filters
        </a>
      )}
    </search>
  );
}
