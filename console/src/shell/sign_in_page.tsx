import type { Fault } from '../api/fault.ts';
import { Callout } from '../parts/callout.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kSignIn } from '../sentences/sign_in.ts';
import { ended } from '../state/sign_in.ts';
import { Gate } from './gate.tsx';
import { SignInForms } from './sign_in_forms.tsx';

export function SignInPage({ fault }: { fault: Fault | null }) {
  return (
    <Gate says={kSignIn.says}>
      {ended.value && !fault && (
        <Callout tone="info">
          <p role="status">
            {kSignIn.wasSignedOut} <Ticked text={ended.value.message} />
          </p>
        </Callout>
      )}
      <SignInForms fault={fault} />
    </Gate>
  );
}
