import './people.css';
import { useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../state/announce.ts';
import { kErase } from '../../sentences/people.ts';
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
    confirmed(kErase.erased);
    go(at('people'));
  };
  return (
    <Dialog title={kErase.title} onClose={onClose}>
      <p>{kErase.intro}</p>
      <ul class="bullets">
        <li>
          {kErase.ids(visitor.ids.length)}{' '}
          <span class="mono sm wrap">{visitor.ids.map(({ id }) => id).join(', ')}</span>
        </li>
        <li>{kErase.sessions(visitor.sessionCount)}</li>
        <li>{kErase.traits(Object.keys(visitor.traits).length)}</li>
        {Object.keys(visitor.counters).length > 0 && <li>{kErase.counters}</li>}
        <li>{kErase.deliveries}</li>
      </ul>
      <p>{kErase.final}</p>
      <form class="stack">
        <TextField label={kErase.type(name)} mono value={typed} onInput={setTyped} />
        <div class="row">
          <Button
            kind="danger"
            submits
            busy={busy}
            closed={typed.trim() === name ? '' : kErase.typeFirst}
            onPress={erase}
          >
            {kErase.erase}
          </Button>
        </div>
      </form>
      {fault && <FaultNote fault={fault} />}
    </Dialog>
  );
}
