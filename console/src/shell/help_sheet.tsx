import { signal } from '@preact/signals';
import { Dialog } from '../parts/dialog.tsx';
import { bound } from '../state/keys.ts';
import { keys } from '../state/preferences.ts';

export const helpIsOpen = signal(false);

export function HelpSheet() {
  if (!helpIsOpen.value) return null;
  return (
    <Dialog
      title="Keys and help"
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
        Single keys do something (never inside inputs)
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
        Every request that you make here stands in the inspector below the page, as it went over the wire, and copies as
        cURL: <code>API_BASE</code> and <code>JWT_TOKEN</code> are the two variables that it wants.
      </p>
      <p>
        <a href="/docs" target="_blank" rel="noreferrer">
          The routes of the API
        </a>{' '}
        ·{' '}
        <a href="/openapi.json" target="_blank" rel="noreferrer">
          its description
        </a>
      </p>
    </Dialog>
  );
}
