import { useEffect, useState } from 'preact/hooks';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
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
    <div class="card providers">
      <h2>With your company’s account</h2>
      {leaves && <p class="small">This leaves the page; what you typed on it is lost.</p>}
      {providers.map(({ name, title }) => (
        <Button key={name} kind="primary" busy={busy === name} onPress={() => press(name)}>
          Sign in with {title}
        </Button>
      ))}
    </div>
  );
}
