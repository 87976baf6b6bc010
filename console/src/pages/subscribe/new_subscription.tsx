import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { kPlaybook } from '../../sentences/playbook.ts';
import { useKeys } from '../../state/keys.ts';
import { place } from '../../state/place.ts';
import { useRules, type KnownRule } from '../../state/known_rules.ts';
import { isLiveDelayed, kDueEvent } from '../rules/due.ts';
import { finish } from '../../state/playbook.ts';
import { isDev, kReceiver, loadSubscriptions } from '../../state/subscriptions.ts';
import { EventTypes } from './event_types.tsx';
import { judgeAddress } from './judge_address.ts';

const kSays = kPlaybook.subscribe;
// Text that is not a number is sent as typed, so that the server can report what is wrong with it.
const numberOr = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : (text as unknown as number));

export type Format = NonNullable<components['schemas']['SubscriptionCreate']['format']>;
export type Created = components['schemas']['SubscriptionCreated'];

// What an endpoint of this handle receives, until somebody chooses: clicks, and the messages of delayed rules if there
// are any.
const preselected = (rules: KnownRule[]) => ['link.clicked', ...(rules.some(isLiveDelayed) ? [kDueEvent] : [])];

export function NewSubscription({
  onCreated,
  isPage,
}: {
  onCreated: (created: Created) => void;
  isPage?: boolean; // whose title says what the form is
}) {
  const { handle } = place.value;
  const [endpointUrl, setUrl] = useState(''),
    [chosen, setTypes] = useState<string[] | null>(null), // null: not changed yet
    [description, setDescription] = useState('');
  const [rate, setRate] = useState(''),
    [ordering, setOrdering] = useState(''),
    [format, setFormat] = useState<Format>('beckon');
  const [left, setLeft] = useState(false),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const { rules } = useRules(handle);
  const types = chosen ?? preselected(rules ?? []);
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
      ...(format !== 'beckon' && { format }),
    };
    const answer = await ask(api.POST('/v2/handles/{handle}/webhooks', { params: { path: { handle } }, body }));
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    finish('subscribe');
    setUrl('');
    void loadSubscriptions(handle);
    onCreated(answer.data);
  };
  const closed = closedBelow('OPERATOR') || (endpointUrl ? (types.length ? '' : kSays.typeFirst) : kSays.urlFirst);
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: kSays.key,
        run: () => {
          if (!closed) void create();
        },
      },
    ],
    [closed, endpointUrl, types, description, rate, ordering, format],
  );
  return (
    <form class="panel" aria-label={kSays.newOne}>
      {!isPage && (
        <div class="phead">
          <h2>{kSays.newOne}</h2>
        </div>
      )}
      <div class="pad stack">
        <TextField
          label={kSays.url}
          type="url"
          mono
          placeholder={kSays.urlExample}
          value={endpointUrl}
          onInput={value => {
            setUrl(value);
            if (fault) setFault(null);
          }}
          onLeave={() => setLeft(true)}
          issue={said ? kSays.serverSays(said) : left || endpointUrl.length > 12 ? judged.issue : undefined}
          good={judged.good}
        />
        {isDev.value && (
          <p class="sm">
            {kSays.noneYet}{' '}
            <button
              type="button"
              class="link"
              onClick={() => {
                setUrl(location.origin + kReceiver);
                if (fault) setFault(null);
              }}
            >
              {kSays.useBuiltIn}
            </button>
          </p>
        )}
        <EventTypes chosen={types} onChange={setTypes} issue={saidOfTypes} />
        <TextField
          label={kSays.description}
          value={description}
          onInput={setDescription}
          placeholder={kSays.descriptionExample}
        />
        <details>
          <summary class="m sm">{kSays.more}</summary>
          <div class="form">
            <SelectField
              label={kSays.format}
              value={format}
              choices={kSays.formats}
              onChange={value => setFormat(value as Format)}
              hint={kSays.formatHint}
              issue={issueIn(fault, 'format')}
            />
            <TextField
              label={kSays.rate}
              value={rate}
              onInput={setRate}
              placeholder={kSays.rateExample}
              issue={issueIn(fault, 'ratePerSecond')}
            />
            <SelectField
              label={kSays.ordering}
              value={ordering}
              choices={kSays.orders}
              onChange={setOrdering}
              hint={kSays.orderingHint}
            />
          </div>
        </details>
        <div>
          <Button kind="primary" submits keyHint="ctrl+Enter" busy={busy} closed={closed} onPress={create}>
            {kSays.subscribe}
          </Button>
        </div>
        {fault && (
          <FaultNote
            fault={fault}
            beside={[
              'endpointUrl',
              'ratePerSecond',
              'format',
              ...fault.details.filter(({ field }) => field.startsWith('eventTypes')).map(({ field }) => field),
            ]}
          />
        )}
      </div>
    </form>
  );
}
