import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kSignIn } from '../sentences/sign_in.ts';
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
      <form class="stack s">
        <h2>{kSignIn.byPassword}</h2>
        <TextField label={kSignIn.email} type="email" autocomplete="username" value={email} onInput={setEmail} />
        <TextField
          label={kSignIn.password}
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
          hint={<Ticked text={kSignIn.forgotten} />}
        />
        <Button
          kind="primary"
          submits
          busy={busy}
          onPress={() => attempt(() => signInWith('/v2/auth/login', { email: email.trim(), password }))}
          closed={email && password ? '' : kSignIn.fillIn}
        >
          {kSignIn.signIn}
        </Button>
      </form>
      <form class="stack s">
        <h2>{kSignIn.byToken}</h2>
        <TextField
          label={kSignIn.token}
          mono
          type="password"
          value={text}
          onInput={setText}
          hint={<Ticked text={kSignIn.tokenHint} />}
        />
        <Button
          submits
          busy={busy}
          onPress={() => attempt(() => signInWithToken(text))}
          closed={text.trim() ? '' : kSignIn.paste}
        >
          {kSignIn.signInWithToken}
        </Button>
      </form>
      <p class="hint">{kSignIn.lifetime}</p>
    </>
  );
}
