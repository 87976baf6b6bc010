import './people.css';
import { api } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { kDeleteTrait } from '../../sentences/people.ts';
import type { Trait } from '../../state/people.ts';
import { at, place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';

interface Props {
  trait: Trait;
  onClose: () => void;
  onDone: () => void;
}

// Deletes what the handle knows of a trait, unless rules use it: then they are linked to.
export function DeleteTrait({ trait: { name, sensitive, reserved }, onClose, onDone }: Props) {
  const { handle } = place.value;
  const { fault, busy, send } = useSending();
  const remove = () =>
    send(
      api.DELETE('/v2/handles/{handle}/traits/{name}', { params: { path: { handle, name } } }),
      kDeleteTrait.deleted,
      onDone,
    );
  return (
    <Dialog title={kDeleteTrait.title(name)} onClose={onClose}>
      <p>
        {kDeleteTrait.stays} {reserved ? kDeleteTrait.reserved : kDeleteTrait.again}
        {sensitive && !reserved && ` ${kDeleteTrait.sensitive}`}
      </p>
      <div class="row">
        <Button kind="danger" busy={busy} onPress={remove}>
          {kDeleteTrait.delete}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
      {!!fault?.rules?.length && (
        <>
          <h3>{kDeleteTrait.rules}</h3>
          <ul class="bullets">
            {fault.rules.map(id => (
              <li key={id}>
                <a class="mono sm wrap" href={at('rules', [id])}>
                  {id}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
