import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { issueIn } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { State } from '../parts/chip.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { Instant } from '../parts/instant.tsx';
import { LinkOnce } from '../parts/link_once.tsx';
import { SignIns } from '../parts/sign_ins.tsx';
import { Table } from '../parts/table.tsx';
import { useList } from '../state/list.ts';
import { toTop } from '../state/place.ts';
import { useSending } from '../state/sending.ts';

type User = components['schemas']['User'];
type Reset = components['schemas']['PasswordReset'];

export function UsersPage() {
  const closed = closedBelowAdmin();
  return (
    <>
      <h1>Users</h1>
      <p class="lead">Everybody who can sign in to this server.</p>
      {closed ? <p class="note">{closed}</p> : <Users />}
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
        <LinkOnce
          key={reset.code}
          title={`Password of ${reset.email}`}
          says="Whoever opens it within 24 hours sets a new password."
          link={reset.link}
        />
      )}
      <section class="card" aria-labelledby="users">
        <h2 id="users">Users</h2>
        {fault && <FaultNote fault={fault} />}
        {!!items?.length && (
          <Table
            label="Users"
            heads={['E-mail', 'Roles', 'Last sign-in']}
            rows={items.map(one => ({
              key: one.userId,
              cells: [
                <span key="email" class="wrap">
                  {one.email} {one.disabled && <State name="failed">disabled</State>}
                </span>,
                one.handles.map(({ handle, role }) => `${role} of ${handle}`).join(', ') || '–',
                one.lastSignInAt ? <Instant key="at" at={one.lastSignInAt} /> : '–',
              ],
              actions: (
                <Button kind="quiet" label={`Open ${one.email}`} onPress={() => setChosen(one)}>
                  Open
                </Button>
              ),
            }))}
          />
        )}
        {more && (
          <div>
            <Button onPress={more}>Show more</Button>
          </div>
        )}
        <Create onCreated={again} />
      </section>
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
    send(api.POST('/v2/platform-admin/users', { body: { email: email.trim() } }), 'Created', () => {
      setEmail('');
      onCreated();
    });
  return (
    <form class="columns">
      <TextField
        label="New user’s e-mail"
        type="email"
        value={email}
        onInput={setEmail}
        issue={issueIn(fault, 'email')}
      />
      <div class="actions">
        <Button submits busy={busy} closed={email.trim() ? '' : 'Fill in the e-mail address.'} onPress={create}>
          Create
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
    <Dialog title={user.email} onClose={onClose}>
      {shown && <FaultNote fault={shown} />}
      <h3>Sign-ins</h3>
      {items?.length === 0 && <p class="quiet">None.</p>}
      {!!items?.length && (
        <>
          <SignIns
            items={items}
            onEnd={signInId =>
              send(
                api.DELETE('/v2/platform-admin/users/{userId}/sign-ins/{signInId}', {
                  params: { path: { ...params.path, signInId } },
                }),
                'Ended',
                again,
              )
            }
          />
          <div>
            <Button
              onPress={() => send(api.DELETE('/v2/platform-admin/users/{userId}/sign-ins', { params }), 'Ended', again)}
            >
              End all
            </Button>
          </div>
        </>
      )}
      <div class="actions">
        <Button onPress={makeLink}>Make a password link</Button>
        <Button
          onPress={() =>
            send(
              api.PATCH('/v2/platform-admin/users/{userId}', { params, body: { disabled: !user.disabled } }),
              user.disabled ? 'Enabled' : 'Disabled',
              onChanged,
            )
          }
        >
          {user.disabled ? 'Enable' : 'Disable'}
        </Button>
        {asking ? (
          <Button
            kind="danger"
            onPress={() => send(api.DELETE('/v2/platform-admin/users/{userId}', { params }), 'Deleted', onChanged)}
          >
            Delete for good
          </Button>
        ) : (
          <Button kind="danger" onPress={() => setAsking(true)}>
            Delete
          </Button>
        )}
      </div>
    </Dialog>
  );
}
