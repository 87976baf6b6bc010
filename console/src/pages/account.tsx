import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import { issueIn } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { SignIns } from '../parts/sign_ins.tsx';
import { useList } from '../state/list.ts';
import { useSending } from '../state/sending.ts';
import { isUser, person, take } from '../state/sign_in.ts';
import { useUnsaved } from '../state/unsaved.ts';

// The user's own sign-ins and password.
export function AccountPage() {
  return (
    <>
      <h1>Your account</h1>
      <p class="lead wrap">{person.value?.subject}</p>
      {isUser.value ? (
        <>
          <Own />
          <Password />
        </>
      ) : (
        <p class="note">
          You are signed in by a token of the command line, which belongs to no user: it has no password and no other
          sign-ins.
        </p>
      )}
    </>
  );
}

function Own() {
  const { fault: refused, send } = useSending();
  const { items, more, fault, again } = useList(
    cursor => ask(quietly.GET('/v2/auth/sign-ins', { params: { query: { cursor, limit: 50 } } })),
    [],
  );
  const shown = refused ?? fault;
  return (
    <section class="card" aria-labelledby="sign-ins">
      <h2 id="sign-ins">Where you are signed in</h2>
      {shown && <FaultNote fault={shown} />}
      {items && (
        <SignIns
          items={items}
          onEnd={signInId =>
            send(api.DELETE('/v2/auth/sign-ins/{signInId}', { params: { path: { signInId } } }), 'Ended', again)
          }
        />
      )}
      <div class="actions">
        {more && <Button onPress={more}>Show more</Button>}
        <Button
          closed={(items?.length ?? 0) > 1 ? '' : 'There is no other sign-in.'}
          onPress={() => send(api.DELETE('/v2/auth/sign-ins'), 'Ended', again)}
        >
          End all others
        </Button>
      </div>
    </section>
  );
}

function Password() {
  const [current, setCurrent] = useState(''),
    [next, setNext] = useState('');
  const { fault, busy, send } = useSending();
  useUnsaved(current !== '' || next !== '');
  const change = () => {
    const body = { currentPassword: current, newPassword: next };
    const says = 'Password changed; your other sign-ins have ended';
    return send(api.POST('/v2/auth/password', { body }), says, signedIn => {
      take(signedIn.accessToken);
      setCurrent('');
      setNext('');
    });
  };
  return (
    <form class="card" aria-labelledby="password">
      <h2 id="password">Password</h2>
      <TextField
        label="Current password"
        type="password"
        autocomplete="current-password"
        value={current}
        onInput={setCurrent}
      />
      <TextField
        label="New password"
        type="password"
        autocomplete="new-password"
        value={next}
        onInput={setNext}
        issue={issueIn(fault, 'newPassword')}
        hint="At least 12 characters. It ends all of your other sign-ins."
      />
      <div class="actions">
        <Button
          kind="primary"
          submits
          busy={busy}
          closed={current && next ? '' : 'Fill in both fields.'}
          onPress={change}
        >
          Change password
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['newPassword']} />}
    </form>
  );
}
