import { useEffect, useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { kSignIn } from '../sentences/sign_in.ts';
import type { Provider } from './provider_sign_in.ts';
import { providersOfServer, signInThrough } from './signing_in.ts';

// A button for each provider, if there are any. `leaves`: what is on the page goes with it.
export function ProviderButtons({ leaves, onFault }: { leaves: boolean; onFault: (fault: Fault | null) => void }) {
  const [providers, setProviders] = useState<Provider[]>([]),
    [busy, setBusy] = useState('');
  useEffect(() => {
    void providersOfServer().then(setProviders);
  }, []);
  const press = async (name: string) => {
    setBusy(name);
    onFault(await signInThrough(name));
    setBusy('');
  };
  if (!providers.length) return null;
  return (
    <div class="stack s">
      <h2>{kSignIn.byProvider}</h2>
      {leaves && <p class="sm">{kSignIn.leaves}</p>}
      {providers.map(({ name, title }) => (
        <Button key={name} kind="primary" busy={busy === name} onPress={() => press(name)}>
          {kSignIn.with(title)}
        </Button>
      ))}
    </div>
  );
}
