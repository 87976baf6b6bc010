import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { State } from '../parts/chip.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { Instant } from '../parts/instant.tsx';
import { LinkOnce } from '../parts/link_once.tsx';
import { SignIns } from '../parts/sign_ins.tsx';
import { Table } from '../parts/table.tsx';
import { confirmed } from '../parts/toast.tsx';
import { useList } from '../state/list.ts';
import { toTop } from '../state/place.ts';
import { isAdmin } from '../state/sign_in.ts';

type User = components['schemas']['User'];
type Reset = components['schemas']['PasswordReset'];

export function UsersPage() {
  return (
    <>
      <h1>Users</h1>
      <p class="lead">Everybody who can sign in to this server.</p>
      {isAdmin.value ? (
        <Users />
      ) : (
        <p class="note">
          Needs a platform admin. Whoever runs the server can create such a token with beckon token --platform-admin.
        </p>
      )}
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
  const [email, setEmail] = useState(''),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    const answer = await ask(api.POST('/v2/platform-admin/users', { body: { email: email.trim() } }));
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    setEmail('');
    confirmed('Created');
    onCreated();
  };
  return (
    <form class="columns">
      <TextField
        label="New user’s e-mail"
        type="email"
        value={email}
        onInput={setEmail}
        issue={fault?.details.find(one => one.field === 'email')?.issue}
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
  const [refused, setRefused] = useState<Fault | null>(null),
    [asking, setAsking] = useState(false);
  const params = { path: { userId: user.userId } };
  const { items, fault, again } = useList(
    cursor =>
      ask(quietly.GET('/v2/platform-admin/users/{userId}/sign-ins', { params: { ...params, query: { cursor } } })),
    [user.userId],
  );
  const run = async (says: string, request: Parameters<typeof ask>[0], then: () => void) => {
    const answer = await ask(request);
    setRefused(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    confirmed(says);
    then();
  };
  const makeLink = async () => {
    const answer = await ask(api.POST('/v2/platform-admin/users/{userId}/password-reset', { params }));
    setRefused(answer.ok ? null : answer.fault);
    if (answer.ok) onReset(answer.data);
  };
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
              run(
                'Ended',
                api.DELETE('/v2/platform-admin/users/{userId}/sign-ins/{signInId}', {
                  params: { path: { ...params.path, signInId } },
                }),
                again,
              )
            }
          />
          <div>
            <Button
              onPress={() => run('Ended', api.DELETE('/v2/platform-admin/users/{userId}/sign-ins', { params }), again)}
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
            run(
              user.disabled ? 'Enabled' : 'Disabled',
              api.PATCH('/v2/platform-admin/users/{userId}', { params, body: { disabled: !user.disabled } }),
              onChanged,
            )
          }
        >
          {user.disabled ? 'Enable' : 'Disable'}
        </Button>
        {asking ? (
          <Button
            kind="danger"
            onPress={() => run('Deleted', api.DELETE('/v2/platform-admin/users/{userId}', { params }), onChanged)}
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
