import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { issueIn, type Fault } from '../api/fault.ts';
import { kSignIn } from '../sentences/sign_in.ts';
import { Gate } from './gate.tsx';
import { acceptLink, link } from './signing_in.ts';

const { link: kWords } = kSignIn;

// What a one-time link is for, and the password that it asks for.
export function LinkPage() {
  const { code, looked, fault: unknown } = link.value!;
  const [password, setPassword] = useState(''),
    [fault, setFault] = useState<Fault | null>(null),
    [done, setDone] = useState(false),
    [busy, setBusy] = useState(false);
  const leave = () => {
    link.value = null;
  };
  if (!looked)
    return (
      <Gate says={kSignIn.says}>
        {unknown && <FaultNote fault={unknown} />}
        <Button onPress={leave}>{kWords.toSignIn}</Button>
      </Gate>
    );
  const isInvitation = looked.kind === 'invitation';
  const accept = async () => {
    setBusy(true);
    const answer = await acceptLink(code, looked.needsPassword ? password : undefined);
    setBusy(false);
    setFault(answer);
    if (!answer && looked.needsPassword) leave();
    if (!answer) setDone(true);
  };
  return (
    <Gate says={isInvitation ? kWords.invited(looked.handle, looked.role) : kWords.reset}>
      {done ? (
        <section class="stack s" role="status">
          <p>{kWords.accepted(looked.email, looked.handle)}</p>
          <Button kind="primary" onPress={leave}>
            {kWords.toSignIn}
          </Button>
        </section>
      ) : (
        <form class="stack s">
          <h2 class="wrap">{looked.email}</h2>
          {looked.needsPassword && (
            <TextField
              label={kWords.newPassword}
              type="password"
              autocomplete="new-password"
              value={password}
              onInput={setPassword}
              issue={issueIn(fault, 'password')}
              hint={kWords.hint}
            />
          )}
          <Button
            kind="primary"
            submits
            busy={busy}
            closed={!looked.needsPassword || password ? '' : kWords.choose}
            onPress={accept}
          >
            {isInvitation ? kWords.accept : kWords.set}
          </Button>
          {fault && <FaultNote fault={fault} beside={['password']} />}
        </form>
      )}
    </Gate>
  );
}
