import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { issueIn } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Callout } from '../parts/callout.tsx';
import { Chip } from '../parts/chip.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { LinkOnce } from '../parts/link_once.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { SignIns } from '../parts/sign_ins.tsx';
import { Table } from '../parts/table.tsx';
import { roleNamed } from '../sentences/shell.ts';
import { kUsers } from '../sentences/users.ts';
import { useList } from '../state/list.ts';
import { toTop } from '../state/place.ts';
import { useSending } from '../state/sending.ts';

type User = components['schemas']['User'];
type Reset = components['schemas']['PasswordReset'];

export function UsersPage() {
  const closed = closedBelowAdmin();
  return (
    <>
      <PageHead title={kUsers.title} says={kUsers.says} />
      {closed ? <Callout tone="warn">{closed}</Callout> : <Users />}
    </>
  );
}

function Users() {
  const [chosen, setChosen] = useState<User | null>(null),
    [reset, setReset] = useState<Reset | null>(null);
  const { items, more, fault, again } = useList(
    cursor => ask(quietly.GET('/v2/platform-admin/users', { params: { query: { cursor, limit: 100 } } })),
    [],
  );
  return (
    <>
      {reset && (
        <LinkOnce key={reset.code} title={kUsers.passwordOf(reset.email)} says={kUsers.opened} link={reset.link} />
      )}
      {fault && <FaultNote fault={fault} />}
      <Panel title={kUsers.all} more={more}>
        {!!items?.length && (
          <Table
            label={kUsers.title}
            heads={kUsers.heads}
            rows={items.map(one => ({
              key: one.userId,
              cells: [
                <span key="email" class="wrap">
                  {one.email} {one.disabled && <Chip tone="bad">{kUsers.disabled}</Chip>}
                </span>,
                <span key="roles" class="wrap">
                  {one.handles.map(({ handle, role }) => kUsers.roleOf(roleNamed(role), handle)).join(', ') ||
                    kUsers.never}
                </span>,
                <Instant key="at" at={one.lastSignInAt} />,
              ],
              actions: (
                <Button label={kUsers.openOf(one.email)} onPress={() => setChosen(one)}>
                  {kUsers.open}
                </Button>
              ),
            }))}
          />
        )}
      </Panel>
      <Create onCreated={again} />
      {chosen && (
        <One
          user={chosen}
          onClose={() => setChosen(null)}
          onChanged={() => {
            setChosen(null);
            again();
          }}
          onReset={made => {
            setChosen(null);
            setReset(made);
            toTop();
          }}
        />
      )}
    </>
  );
}

function Create({ onCreated }: { onCreated: () => void }) {
  const [email, setEmail] = useState('');
  const { fault, busy, send } = useSending();
  const create = () =>
    send(api.POST('/v2/platform-admin/users', { body: { email: email.trim() } }), kUsers.created, () => {
      setEmail('');
      onCreated();
    });
  return (
    <form class="panel pad stack s" aria-label={kUsers.newUser}>
      <h2>{kUsers.newUser}</h2>
      <TextField
        label={kUsers.newEmail}
        type="email"
        value={email}
        onInput={setEmail}
        issue={issueIn(fault, 'email')}
      />
      <div class="row">
        <Button submits busy={busy} closed={email.trim() ? '' : kUsers.fillIn} onPress={create}>
          {kUsers.create}
        </Button>
      </div>
      {fault && <FaultNote fault={fault} beside={['email']} />}
    </form>
  );
}

interface OneProps {
  user: User;
  onClose: () => void;
  onChanged: () => void;
  onReset: (made: Reset) => void;
}

function One({ user, onClose, onChanged, onReset }: OneProps) {
  const [asking, setAsking] = useState(false);
  const { fault: refused, send } = useSending();
  const params = { path: { userId: user.userId } };
  const { items, fault, again } = useList(
    cursor =>
      ask(quietly.GET('/v2/platform-admin/users/{userId}/sign-ins', { params: { ...params, query: { cursor } } })),
    [user.userId],
  );
  const makeLink = () => send(api.POST('/v2/platform-admin/users/{userId}/password-reset', { params }), '', onReset);
  const shown = refused ?? fault;
  return (
    <Dialog title={user.email} kind="dialog w" onClose={onClose}>
      {shown && <FaultNote fault={shown} />}
      <Panel title={kUsers.signIns}>
        {items?.length === 0 && <p class="pad m">{kUsers.none}</p>}
        {!!items?.length && (
          <SignIns
            items={items}
            onEnd={signInId =>
              send(
                api.DELETE('/v2/platform-admin/users/{userId}/sign-ins/{signInId}', {
                  params: { path: { ...params.path, signInId } },
                }),
                kUsers.ended,
                again,
              )
            }
          />
        )}
      </Panel>
      {asking && (
        <Callout tone="bad" title={kUsers.removeOf(user.email)} alert>
          {kUsers.removeSays}
        </Callout>
      )}
      <div class="row">
        {!!items?.length && (
          <Button
            onPress={() =>
              send(api.DELETE('/v2/platform-admin/users/{userId}/sign-ins', { params }), kUsers.ended, again)
            }
          >
            {kUsers.endAll}
          </Button>
        )}
        <Button onPress={makeLink}>{kUsers.makeLink}</Button>
        <Button
          onPress={() =>
            send(
              api.PATCH('/v2/platform-admin/users/{userId}', { params, body: { disabled: !user.disabled } }),
              user.disabled ? kUsers.enabled : kUsers.wasDisabled,
              onChanged,
            )
          }
        >
          {user.disabled ? kUsers.enable : kUsers.disable}
        </Button>
        {asking ? (
          <Button
            kind="danger"
            onPress={() => send(api.DELETE('/v2/platform-admin/users/{userId}', { params }), kUsers.removed, onChanged)}
          >
            {kUsers.removeForGood}
          </Button>
        ) : (
          <Button kind="delete" onPress={() => setAsking(true)}>
            {kUsers.remove}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
