import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import type { Fault } from '../api/fault.ts';
import { ProviderButtons } from './provider_buttons.tsx';
import { signInWith, signInWithToken } from './signing_in.ts';

interface Props {
  fault?: Fault | null;
  who?: string; // fills in the e-mail field if it is an address
  over?: boolean; // shown over a page, which a provider would take the place of
}

// Sign-in by an identity provider, password or token.
export function SignInForms({ fault: given = null, who = '', over = false }: Props) {
  const [text, setText] = useState(''),
    [email, setEmail] = useState(who.includes('@') ? who : ''),
    [password, setPassword] = useState('');
  const [fault, setFault] = useState<Fault | null>(given),
    [busy, setBusy] = useState(false);
  const attempt = async (sign: () => Promise<Fault | null>) => {
    setBusy(true);
    setFault(await sign());
    setBusy(false);
  };
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <ProviderButtons leaves={over} onFault={setFault} />
      <form class="card">
        <h2>With a password</h2>
        <TextField label="E-mail" type="email" autocomplete="username" value={email} onInput={setEmail} />
        <TextField
          label="Password"
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
          hint={
            <>
              Forgotten? Whoever runs the server makes a link with <code>beckon user reset E-MAIL</code>.
            </>
          }
        />
        <Button
          kind="primary"
          submits
          busy={busy}
          onPress={() => attempt(() => signInWith('/v2/auth/login', { email: email.trim(), password }))}
          closed={email && password ? '' : 'Fill in both fields.'}
        >
          Sign in
        </Button>
      </form>
      <form class="card">
        <h2>With a token</h2>
        <TextField
          label="Token"
          mono
          type="password"
          value={text}
          onInput={setText}
          hint={
            <>
              Created on the server with <code>beckon token --handle NAME --role OPERATOR</code>. With{' '}
              <code>--dev</code>, the startup banner names the file that contains it.
            </>
          }
        />
        <Button
          submits
          busy={busy}
          onPress={() => attempt(() => signInWithToken(text))}
          closed={text.trim() ? '' : 'Paste a token first.'}
        >
          Sign in with token
        </Button>
      </form>
      <p class="quiet small">You stay signed in until you close this tab.</p>
    </>
  );
}
