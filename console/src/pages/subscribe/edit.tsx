import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { confirmed } from '../../state/announce.ts';
import { kPlaybook } from '../../sentences/playbook.ts';
import { place } from '../../state/place.ts';
import { isDev, loadSubscriptions, type Subscription } from '../../state/subscriptions.ts';
import { EventTypes } from './event_types.tsx';
import { judgeAddress } from './judge_address.ts';
import type { Format } from './new_subscription.tsx';

const kSays = kPlaybook.subscribe;

// Changes the URL, the event types and the format of an endpoint. Waiting deliveries go to the new URL.
export function Edit({ subscription, onClose }: { subscription: Subscription; onClose: () => void }) {
  const { handle } = place.value,
    { subscriptionId } = subscription;
  const [endpointUrl, setUrl] = useState(subscription.endpointUrl),
    [eventTypes, setTypes] = useState(subscription.eventTypes),
    [description, setDescription] = useState(subscription.description ?? ''),
    [format, setFormat] = useState<Format>(subscription.format);
  const [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const judged = judgeAddress(endpointUrl.trim(), isDev.value);
  const issueOf = (name: string) => fault?.details.find(({ field }) => field.startsWith(name))?.issue;
  const said = issueOf('endpointUrl');
  const save = async () => {
    setBusy(true);
    const answer = await ask(
      api.PATCH('/v2/handles/{handle}/webhooks/{subscriptionId}', {
        params: { path: { handle, subscriptionId } },
        body: { endpointUrl: endpointUrl.trim(), eventTypes, description, format },
      }),
    );
    setBusy(false);
    if (!answer.ok) return setFault(answer.fault);
    confirmed(kSays.saved);
    await loadSubscriptions(handle);
    onClose();
  };
  return (
    <Dialog title={kSays.editTitle} onClose={onClose}>
      <TextField
        label={kSays.url}
        type="url"
        mono
        value={endpointUrl}
        onInput={value => {
          setUrl(value);
          setFault(null);
        }}
        issue={said ? kSays.serverSays(said) : judged.issue}
        good={judged.good}
      />
      <EventTypes chosen={eventTypes} onChange={setTypes} issue={issueOf('eventTypes')} />
      <TextField
        label={kSays.description}
        value={description}
        onInput={setDescription}
        issue={issueOf('description')}
      />
      <SelectField
        label={kSays.format}
        value={format}
        choices={kSays.formats}
        onChange={value => setFormat(value as Format)}
        hint={kSays.formatHint}
        issue={issueOf('format')}
      />
      <div>
        <Button
          kind="primary"
          busy={busy}
          closed={!endpointUrl ? kSays.urlFirst : eventTypes.length ? '' : kSays.typeFirst}
          onPress={save}
        >
          {kSays.save}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={fault.details.map(({ field }) => field)} />}
    </Dialog>
  );
}
