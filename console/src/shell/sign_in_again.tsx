import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kSignIn } from '../sentences/sign_in.ts';
import { ended, person } from '../state/sign_in.ts';
import { SignInForms } from './sign_in_forms.tsx';

// Shown over the page, which keeps everything typed. It can be closed to look at the page or to copy from it.
export function SignInAgain() {
  const [isClosed, setClosed] = useState(false);
  if (isClosed)
    return (
      <div class="callout warn again" role="status">
        {kSignIn.signedOut} <Button onPress={() => setClosed(false)}>{kSignIn.again}</Button>
      </div>
    );
  return (
    <Dialog title={kSignIn.again} onClose={() => setClosed(true)}>
      <p>
        <Ticked text={ended.value?.message ?? ''} /> {kSignIn.kept}
      </p>
      <SignInForms who={person.value?.subject} over />
    </Dialog>
  );
}
