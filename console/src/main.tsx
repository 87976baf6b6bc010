import './style/main.css';
import './state/preferences.ts';
import { signal } from '@preact/signals';
import { render } from 'preact';
import type { Fault } from './api/fault.ts';
import { lazy } from './parts/lazy.tsx';
import { kParts } from './sentences/parts.ts';
import { Shell } from './shell/shell.tsx';
import { arrive, link } from './shell/signing_in.ts';
import { person, token } from './state/sign_in.ts';

// Whoever is signed in needs none of these.
const SignInAgain = lazy(() => import('./shell/sign_in_again.tsx').then(file => file.SignInAgain));
const SignInPage = lazy<{ fault: Fault | null }>(() =>
  import('./shell/sign_in_page.tsx').then(file => file.SignInPage),
);
const LinkPage = lazy(() => import('./shell/link_page.tsx').then(file => file.LinkPage));

const arrival = signal<{ fault: Fault | null } | null>(null);

function Page() {
  if (!arrival.value) return <p class="loading">{kParts.loading}</p>;
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
