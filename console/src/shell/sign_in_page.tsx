import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import type { Fault } from '../api/fault.ts';
import { ended } from '../state/sign_in.ts';
import { signInWith, signInWithToken } from './signing_in.ts';

export function SignInPage({ fault: given }: { fault: Fault | null }) {
  const [text, setText] = useState(''), [email, setEmail] = useState(''), [password, setPassword] = useState('');
  const [fault, setFault] = useState<Fault | null>(given), [busy, setBusy] = useState(false);
  const attempt = async (sign: () => Promise<Fault | null>) => { setBusy(true); setFault(await sign()); setBusy(false); };
  return (
    <main class="sign-in" id="main">
      <h1>Beckon</h1>
      <p class="lead">Signals, decisions and deliveries of your visitors, on a server of your own.</p>
      {ended.value && !fault && <p class="note" role="status">You were signed out: {ended.value.message}</p>}
      {fault && <FaultNote fault={fault} what="this way to sign in" />}
      <form class="card">
        <h2>With a token</h2>
        <TextField label="Token" mono type="password" value={text} onInput={setText} hint={<>Made on the server with <code>beckon token --handle NAME --role OPERATOR</code>. With <code>--dev</code> it is in the file that the banner names.</>} />
        <Button kind="primary" submits busy={busy} onPress={() => attempt(() => signInWithToken(text))} closed={text.trim() ? '' : 'Paste a token first.'}>Sign in</Button>
      </form>
      <form class="card">
        <h2>With a password</h2>
        <TextField label="E-mail" type="email" autocomplete="username" value={email} onInput={setEmail} />
        <TextField label="Password" type="password" autocomplete="current-password" value={password} onInput={setPassword} />
        <Button submits busy={busy} onPress={() => attempt(() => signInWith('/v2/auth/login', { email, password }))} closed={email && password ? '' : 'Both fields are needed.'}>Sign in</Button>
      </form>
      <p class="quiet small">The token stays in this tab and is gone when the tab is closed.</p>
    </main>
  );
}
