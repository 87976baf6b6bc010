import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { useKeys } from '../../state/keys.ts';
import { place } from '../../state/place.ts';
import { finish } from '../../state/playbook.ts';
import { isDev, kReceiver } from '../../state/subscriptions.ts';
import { EventTypes } from './event_types.tsx';
import { judgeAddress } from './judge_address.ts';

const kOrders = [
  ['', 'none'],
  ['session', 'in order within a session'],
] as const;
// Text that is not a number is sent as typed, so that the server can report what is wrong with it.
const numberOr = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : (text as unknown as number));

export type Created = components['schemas']['SubscriptionCreated'];

export function NewSubscription({
  fault,
  onFault,
  onCreated,
}: {
  fault: Fault | null;
  onFault: (fault: Fault | null) => void;
  onCreated: (created: Created) => void;
}) {
  const { handle } = place.value;
  const [endpointUrl, setUrl] = useState(''),
    [types, setTypes] = useState<string[]>(['link.clicked']),
    [description, setDescription] = useState('');
  const [rate, setRate] = useState(''),
    [ordering, setOrdering] = useState('');
  const [left, setLeft] = useState(false),
    [busy, setBusy] = useState(false);
  const judged = judgeAddress(endpointUrl.trim(), isDev.value);
  const said = issueIn(fault, 'endpointUrl');
  const saidOfTypes = fault?.details.find(({ field }) => field.startsWith('eventTypes'))?.issue;
  const create = async () => {
    setBusy(true);
    const body = {
      endpointUrl: endpointUrl.trim(),
      eventTypes: types,
      ...(description && { description }),
      ...(rate && { ratePerSecond: numberOr(rate) }),
      ...(ordering && { ordering: ordering as 'session' }),
    };
    const answer = await ask(api.POST('/v2/handles/{handle}/webhooks', { params: { path: { handle } }, body }));
    setBusy(false);
    if (!answer.ok) return onFault(answer.fault);
    finish('subscribe');
    setUrl('');
    onCreated(answer.data);
  };
  const closed =
    closedBelow('OPERATOR') ||
    (endpointUrl ? (types.length ? '' : 'Choose an event type first.') : 'Enter the URL first.');
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: 'subscribe',
        run: () => {
          if (!closed) void create();
        },
      },
    ],
    [closed, endpointUrl, types, description],
  );
  return (
    <form class="card" aria-labelledby="new">
      <h2 id="new">New endpoint</h2>
      <TextField
        label="Endpoint URL"
        type="url"
        mono
        placeholder="https://hooks.example.com/beckon"
        value={endpointUrl}
        onInput={value => {
          setUrl(value);
          if (fault) onFault(null);
        }}
        onLeave={() => setLeft(true)}
        issue={said ? `The server says: ${said}.` : left || endpointUrl.length > 12 ? judged.issue : undefined}
        good={judged.good}
      />
      {isDev.value && (
        <p class="small">
          No endpoint yet? The server has a receiver that verifies signatures.{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              setUrl(location.origin + kReceiver);
              if (fault) onFault(null);
            }}
          >
            {' '}
            Use the built-in receiver{' '}
          </button>{' '}
        </p>
      )}
      <EventTypes chosen={types} onChange={setTypes} issue={saidOfTypes} />
      <TextField label="Description" value={description} onInput={setDescription} placeholder="What it is for" />
      <details class="more">
        <summary>Rate limit and ordering</summary>
        <div class="columns">
          <TextField
            label="Rate limit (per second)"
            value={rate}
            onInput={setRate}
            placeholder="no limit"
            issue={issueIn(fault, 'ratePerSecond')}
          />
          <SelectField
            label="Ordering"
            value={ordering}
            choices={kOrders}
            onChange={setOrdering}
            hint="With ordering, a delivery that is being retried delays those after it."
          />
        </div>
      </details>
      <div class="actions">
        <Button kind="primary" submits keyHint="ctrl+Enter" busy={busy} closed={closed} onPress={create}>
          Subscribe
        </Button>
      </div>
      {fault && (
        <FaultNote
          fault={fault}
          beside={[
            'endpointUrl',
            'ratePerSecond',
            ...fault.details.filter(({ field }) => field.startsWith('eventTypes')).map(({ field }) => field),
          ]}
        />
      )}
    </form>
  );
}
