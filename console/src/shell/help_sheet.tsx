import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { Dialog } from '../parts/dialog.tsx';
import { bound } from '../state/keys.ts';
import { keys } from '../state/preferences.ts';

export const helpIsOpen = signal(false);

// The releases of the server and of its time zone database.
function Releases() {
  const [health, setHealth] = useState<components['schemas']['Health'] | null>(null);
  useEffect(() => {
    ask(quietly.GET('/v2/system/health')).then(answer => {
      if (answer.ok) setHealth(answer.data);
    });
  }, []);
  return health && <p class="quiet small">{`Beckon ${health.version}, time zones of tzdata ${health.tzdata}`}</p>;
}

export function HelpSheet() {
  if (!helpIsOpen.value) return null;
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={() => {
        helpIsOpen.value = false;
      }}
    >
      <label class="check">
        <input
          type="checkbox"
          checked={keys.value === 'on'}
          onChange={event => {
            keys.value = event.currentTarget.checked ? 'on' : 'off';
          }}
        />
        Enable single-key shortcuts (never inside inputs)
      </label>
      <dl class="keys">
        {bound.value.map(({ key, does }) => (
          <div key={key + does}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        The inspector below the page shows every request you make here as it was sent, and copies it as cURL. The
        command needs two variables, <code>API_BASE</code> and <code>JWT_TOKEN</code>.
      </p>
      <p>
        <a href="/docs" target="_blank" rel="noreferrer">
          API reference
        </a>{' '}
        ·{' '}
        <a href="/openapi.json" target="_blank" rel="noreferrer">
          OpenAPI description
        </a>
      </p>
      <Releases />
    </Dialog>
  );
}
