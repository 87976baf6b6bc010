import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { discard, leaving } from '../state/unsaved.ts';

// Asks before unsaved changes are left.
export function LeavingDialog() {
  if (!leaving.value) return null;
  const stay = () => {
    leaving.value = null;
  };
  return (
    <Dialog title="Discard unsaved changes?" onClose={stay}>
      <p>If you leave now, your changes are lost.</p>
      <div class="actions">
        <Button kind="primary" onPress={stay}>
          Keep editing
        </Button>
        <Button kind="danger" onPress={discard}>
          Discard changes
        </Button>
      </div>
    </Dialog>
  );
}
