import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { place } from '../../state/place.ts';
import { isDev, loadSubscriptions, type Subscription } from '../../state/subscriptions.ts';
import { EventTypes } from './event_types.tsx';
import { judgeAddress } from './judge_address.ts';

// Changes the URL and event types of an endpoint. Waiting deliveries go to the new URL.
export function Edit({ subscription, onClose }: { subscription: Subscription; onClose: () => void }) {
  const { handle } = place.value,
    { subscriptionId } = subscription;
  const [endpointUrl, setUrl] = useState(subscription.endpointUrl),
    [eventTypes, setTypes] = useState(subscription.eventTypes),
    [description, setDescription] = useState(subscription.description ?? '');
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
        body: { endpointUrl: endpointUrl.trim(), eventTypes, description },
      }),
    );
    setBusy(false);
    if (!answer.ok) return setFault(answer.fault);
    confirmed('Saved');
    await loadSubscriptions(handle);
    onClose();
  };
  return (
    <Dialog title="Edit endpoint" onClose={onClose}>
      <TextField
        label="Endpoint URL"
        type="url"
        mono
        value={endpointUrl}
        onInput={value => {
          setUrl(value);
          setFault(null);
        }}
        issue={said ? `The server says: ${said}.` : judged.issue}
        good={judged.good}
      />
      <EventTypes chosen={eventTypes} onChange={setTypes} issue={issueOf('eventTypes')} />
      <TextField label="Description" value={description} onInput={setDescription} issue={issueOf('description')} />
      <div class="actions">
        <Button
          kind="primary"
          busy={busy}
          closed={!endpointUrl ? 'Enter the URL first.' : eventTypes.length ? '' : 'Choose an event type first.'}
          onPress={save}
        >
          Save
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={fault.details.map(({ field }) => field)} />}
    </Dialog>
  );
}
