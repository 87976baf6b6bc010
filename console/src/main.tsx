import './style/main.css';
import './state/preferences.ts';
import { signal } from '@preact/signals';
import { render } from 'preact';
import type { Fault } from './api/fault.ts';
import { Shell } from './shell/shell.tsx';
import { SignInAgain } from './shell/sign_in_again.tsx';
import { SignInPage } from './shell/sign_in_page.tsx';
import { LinkPage } from './shell/link_page.tsx';
import { arrive, link } from './shell/signing_in.ts';
import { person, token } from './state/sign_in.ts';

const arrival = signal<{ fault: Fault | null } | null>(null);

function Page() {
  if (!arrival.value)
    return (
      <p class="loading" aria-live="polite">
        Loading…
      </p>
    );
  if (link.value) return <LinkPage />;
  if (!person.value) return <SignInPage fault={arrival.value.fault} />;
  // Another user starts with a fresh page.
  return (
    <>
      <Shell key={person.value.subject} />
      {!token.value && <SignInAgain />}
    </>
  );
}

render(<Page />, document.getElementById('page')!);
arrive().then(fault => {
  arrival.value = { fault };
});
