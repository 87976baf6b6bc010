import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { issueIn, type Fault } from '../api/fault.ts';
import { acceptLink, link } from './signing_in.ts';

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
      <main class="sign-in" id="main">
        <h1>Beckon</h1>
        {unknown && <FaultNote fault={unknown} />}
        <Button onPress={leave}>Go to the sign-in</Button>
      </main>
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
    <main class="sign-in" id="main">
      <h1>Beckon</h1>
      <p class="lead">
        {isInvitation ? (
          <>
            You are invited to {looked.handle} as {looked.role}.
          </>
        ) : (
          'Set a new password. It ends all of your earlier sign-ins.'
        )}
      </p>
      {done ? (
        <section class="card" role="status">
          <p>
            Accepted. Sign in as {looked.email}, as ever, to work on {looked.handle}.
          </p>
          <Button kind="primary" onPress={leave}>
            Go to the sign-in
          </Button>
        </section>
      ) : (
        <form class="card">
          <h2 class="wrap">{looked.email}</h2>
          {looked.needsPassword && (
            <TextField
              label="New password"
              type="password"
              autocomplete="new-password"
              value={password}
              onInput={setPassword}
              issue={issueIn(fault, 'password')}
              hint="At least 12 characters."
            />
          )}
          <Button
            kind="primary"
            submits
            busy={busy}
            closed={!looked.needsPassword || password ? '' : 'Choose a password.'}
            onPress={accept}
          >
            {isInvitation ? 'Accept the invitation' : 'Set the password'}
          </Button>
          {fault && <FaultNote fault={fault} beside={['password']} />}
        </form>
      )}
    </main>
  );
}
