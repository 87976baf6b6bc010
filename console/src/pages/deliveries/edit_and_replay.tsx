import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { at, go, place } from '../../state/place.ts';

const kReserved = /^(signal\.|chain\.|webhook\.|link\.clicked$)/;

// Publishes a custom event with an edited payload. The original does not change.
export function EditAndReplay({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }) {
  const { handle } = place.value;
  const before = JSON.parse(delivery.requestBody ?? '{}') as { payload?: unknown };
  const [type, setType] = useState(
    kReserved.test(delivery.eventType) ? `replay.${delivery.eventType}` : delivery.eventType,
  );
  const [text, setText] = useState(JSON.stringify(before.payload ?? {}, null, 2)),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  let payload: Record<string, unknown> | null = null;
  try {
    payload = JSON.parse(text) as Record<string, unknown>;
  } catch {
    /* shown next to the field */
  }
  const publish = async () => {
    setBusy(true);
    const answer = await ask(
      api.POST('/v2/handles/{handle}/events', { params: { path: { handle } }, body: { type, payload: payload! } }),
    );
    setBusy(false);
    if (!answer.ok) return setFault(answer.fault);
    go(at('events', [answer.data.eventId]));
  };
  return (
    <Dialog title="Edit and resend" onClose={onClose}>
      <p>
        Publishes a new event with this payload to every endpoint subscribed to its type. The original delivery does not
        change.
      </p>
      <TextField
        label="Event type"
        mono
        value={type}
        onInput={setType}
        issue={
          kReserved.test(type)
            ? 'Only the server publishes signal.*, chain.*, webhook.* and link.clicked.'
            : fault?.details.find(one => one.field === 'type')?.issue
        }
      />
      <TextField
        label="Payload"
        mono
        lines={14}
        value={text}
        onInput={setText}
        issue={payload ? undefined : 'Invalid JSON.'}
      />
      <div class="actions">
        <Button
          kind="primary"
          busy={busy}
          closed={payload && !kReserved.test(type) ? '' : 'Correct the fields above first.'}
          onPress={publish}
        >
          Publish
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['type']} />}
    </Dialog>
  );
}
