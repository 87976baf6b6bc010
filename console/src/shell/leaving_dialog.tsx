import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { kShell } from '../sentences/shell.ts';
import { discard, leaving } from '../state/unsaved.ts';

const { leaving: kWords } = kShell;

// Asks before unsaved changes are left.
export function LeavingDialog() {
  if (!leaving.value) return null;
  const stay = () => {
    leaving.value = null;
  };
  return (
    <Dialog title={kWords.title} onClose={stay}>
      <p>{kWords.says}</p>
      <div class="row">
        <Button kind="primary" onPress={stay}>
          {kWords.stay}
        </Button>
        <Button kind="danger" onPress={discard}>
          {kWords.leave}
        </Button>
      </div>
    </Dialog>
  );
}
