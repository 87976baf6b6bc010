import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { nameOf, type Visitor } from '../../state/people.ts';
import { at, go, place } from '../../state/place.ts';

// Erases the visitor, once their name is typed.
export function Erase({ visitor, onClose }: { visitor: Visitor; onClose: () => void }) {
  const { handle } = place.value,
    name = nameOf(visitor);
  const [typed, setTyped] = useState(''),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const erase = async () => {
    setBusy(true);
    const answer = await ask(
      api.DELETE('/v2/handles/{handle}/visitors/{visitorId}', { params: { path: { handle, visitorId: name } } }),
    );
    setBusy(false);
    if (!answer.ok) return setFault(answer.fault);
    onClose();
    confirmed('Erased');
    go(at('people'));
  };
  return (
    <Dialog title="Erase this visitor?" onClose={onClose}>
      <p>These go, whichever id they came with:</p>
      <ul class="bullets">
        <li>
          Ids: {visitor.ids.length}, <span class="mono small wrap">{visitor.ids.map(({ id }) => id).join(', ')}</span>
        </li>
        <li>Sessions: {visitor.sessionCount}, with all signals, decisions and scheduled messages</li>
        <li>Traits: {Object.keys(visitor.traits).length}</li>
        {Object.keys(visitor.counters).length > 0 && <li>What lifetime counters have counted of them</li>}
        <li>Pending deliveries are canceled, and the content of all deliveries is erased</li>
      </ul>
      <p>All of it becomes unreadable at once and is deleted from disk within a day. This cannot be undone.</p>
      <form class="stack">
        <TextField label={`Type ${name} to confirm`} mono value={typed} onInput={setTyped} />
        <div class="actions">
          <Button
            kind="danger"
            submits
            busy={busy}
            closed={typed.trim() === name ? '' : 'Type the id first.'}
            onPress={erase}
          >
            Erase
          </Button>
        </div>
      </form>
      {fault && <FaultNote fault={fault} />}
    </Dialog>
  );
}
