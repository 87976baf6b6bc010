import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import { issueIn } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Callout } from '../parts/callout.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { SignIns } from '../parts/sign_ins.tsx';
import { kAccount } from '../sentences/account.ts';
import { useList } from '../state/list.ts';
import { useSending } from '../state/sending.ts';
import { isUser, person, take } from '../state/sign_in.ts';
import { useUnsaved } from '../state/unsaved.ts';

// The user's own sign-ins and password.
export function AccountPage() {
  return (
    <>
      <PageHead title={kAccount.title} says={person.value?.subject} />
      {isUser.value ? (
        <>
          <Own />
          <Password />
        </>
      ) : (
        <Callout tone="info">{kAccount.ofToken}</Callout>
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
    <Panel
      title={kAccount.where}
      more={more}
      foot={
        <Button
          closed={(items?.length ?? 0) > 1 ? '' : kAccount.noOther}
          onPress={() => send(api.DELETE('/v2/auth/sign-ins'), kAccount.ended, again)}
        >
          {kAccount.endOthers}
        </Button>
      }
    >
      {shown && <FaultNote fault={shown} />}
      {items && (
        <SignIns
          items={items}
          onEnd={signInId =>
            send(api.DELETE('/v2/auth/sign-ins/{signInId}', { params: { path: { signInId } } }), kAccount.ended, again)
          }
        />
      )}
    </Panel>
  );
}

function Password() {
  const [current, setCurrent] = useState(''),
    [next, setNext] = useState('');
  const { fault, busy, send } = useSending();
  useUnsaved(current !== '' || next !== '');
  const change = () => {
    const body = { currentPassword: current, newPassword: next };
    return send(api.POST('/v2/auth/password', { body }), kAccount.changed, signedIn => {
      take(signedIn.accessToken);
      setCurrent('');
      setNext('');
    });
  };
  return (
    <form class="panel pad stack s" aria-labelledby="password">
      <h2 id="password">{kAccount.password}</h2>
      <TextField
        label={kAccount.current}
        type="password"
        autocomplete="current-password"
        value={current}
        onInput={setCurrent}
      />
      <TextField
        label={kAccount.next}
        type="password"
        autocomplete="new-password"
        value={next}
        onInput={setNext}
        issue={issueIn(fault, 'newPassword')}
        hint={kAccount.hint}
      />
      <div class="row">
        <Button kind="primary" submits busy={busy} closed={current && next ? '' : kAccount.fillIn} onPress={change}>
          {kAccount.change}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['newPassword']} />}
    </form>
  );
}
