import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../state/announce.ts';
import type { DeliveryDetail } from '../../state/deliveries.ts';
import { kEditAndResend } from '../../sentences/deliveries.ts';
import { at, go, place } from '../../state/place.ts';
import { askFirst, unsaved, useUnsaved } from '../../state/unsaved.ts';
import { isObject } from '../rules/draft.ts';

function read(text: string): Record<string, unknown> | null {
  try {
    const payload: unknown = JSON.parse(text);
    return isObject(payload) ? payload : null;
  } catch {
    return null;
  }
}

// Sends an edited payload to the endpoint of a delivery. The original does not change.
export function EditAndResend({
  delivery: { deliveryId, eventType, requestBody, subscriptionId },
  endpoint,
  onClose,
}: {
  delivery: DeliveryDetail;
  endpoint: string;
  onClose: () => void;
}) {
  const { handle } = place.value;
  const before = JSON.parse(requestBody ?? '{}') as { payload?: unknown };
  const asSent = JSON.stringify(before.payload ?? {}, null, 2);
  const [text, setText] = useState(asSent),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const payload = read(text);
  useUnsaved(text !== asSent);
  const send = async () => {
    setBusy(true);
    const answer = await ask(
      api.POST('/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/resend', {
        params: { path: { handle, subscriptionId, deliveryId } },
        body: { payload: payload! },
      }),
    );
    setBusy(false);
    if (!answer.ok) return setFault(answer.fault);
    unsaved.value = false;
    onClose();
    confirmed(kEditAndResend.sent);
    go(at('deliveries', [subscriptionId, answer.data.deliveryId]));
  };
  return (
    <Dialog title={kEditAndResend.title} onClose={onClose} leave={askFirst}>
      <p>
        {kEditAndResend.says(eventType)} <code class="wrap">{endpoint}</code>. {kEditAndResend.asNew}
      </p>
      <TextField
        label={kEditAndResend.payload}
        mono
        lines={14}
        value={text}
        onInput={setText}
        issue={payload ? issueIn(fault, 'payload') : kEditAndResend.notObject}
      />
      <div class="row">
        <Button kind="primary" busy={busy} closed={payload ? '' : kEditAndResend.correct} onPress={send}>
          {kEditAndResend.send}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['payload']} />}
    </Dialog>
  );
}
