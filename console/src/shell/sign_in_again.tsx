import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { ended, person } from '../state/sign_in.ts';
import { SignInForms } from './sign_in_forms.tsx';

// Shown over the page, which keeps everything typed. It can be closed to look at the page or to copy from it.
export function SignInAgain() {
  const [isClosed, setClosed] = useState(false);
  if (isClosed)
    return (
      <p class="note again" role="status">
        You are signed out.{' '}
        <button type="button" class="button" onClick={() => setClosed(false)}>
          Sign in again
        </button>
      </p>
    );
  return (
    <Dialog title="Sign in again" onClose={() => setClosed(true)}>
      <p>
        <Ticked text={ended.value?.message ?? ''} /> Everything you typed on the page is still there.
      </p>
      <SignInForms who={person.value?.subject} over />
    </Dialog>
  );
}
