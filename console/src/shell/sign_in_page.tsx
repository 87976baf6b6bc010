import type { Fault } from '../api/fault.ts';
import { Ticked } from '../parts/ticked.tsx';
import { ended } from '../state/sign_in.ts';
import { SignInForms } from './sign_in_forms.tsx';

export function SignInPage({ fault }: { fault: Fault | null }) {
  return (
    <main class="sign-in" id="main">
      <h1>Beckon</h1>
      <p class="lead">Signals, decisions and deliveries for your visitors, on your own server.</p>
      {ended.value && !fault && (
        <p class="note" role="status">
          You were signed out: <Ticked text={ended.value.message} />
        </p>
      )}
      <SignInForms fault={fault} />
    </main>
  );
}
