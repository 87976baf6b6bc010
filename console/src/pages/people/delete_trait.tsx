import { api } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
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
    send(api.DELETE('/v2/handles/{handle}/traits/{name}', { params: { path: { handle, name } } }), 'Deleted', onDone);
  return (
    <Dialog title={`Delete the declaration of ${name}?`} onClose={onClose}>
      <p>
        What is known of visitors stays.{' '}
        {reserved ? 'The trait is then as in every handle.' : 'The next value that is set fixes the type again.'}
        {sensitive && !reserved && ' Values are then no longer hidden from the role CREATOR.'}
      </p>
      <div class="actions">
        <Button kind="danger" busy={busy} onPress={remove}>
          Delete
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
      {!!fault?.rules?.length && (
        <>
          <h3>Rules that use it</h3>
          <ul class="bullets">
            {fault.rules.map(id => (
              <li key={id}>
                <a class="mono small wrap" href={at('rules', [id])}>
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
