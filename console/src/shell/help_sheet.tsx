import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import { Dialog } from '../parts/dialog.tsx';
import { kShell } from '../sentences/shell.ts';
import { bound } from '../state/keys.ts';
import { keys } from '../state/preferences.ts';
import { helpIsOpen } from './opened.ts';

const { keys: kWords } = kShell;
const kAlways = [{ key: 'ctrl+K', does: kWords.palette }]; // bound whether or not single keys are

// The releases of the server and of its time zone database.
function Releases() {
  const [health, setHealth] = useState<components['schemas']['Health'] | null>(null);
  useEffect(() => {
    ask(quietly.GET('/v2/system/health')).then(answer => {
      if (answer.ok) setHealth(answer.data);
    });
  }, []);
  return health && <p class="m xs">{kWords.releases(health.version, health.tzdata)}</p>;
}

export function HelpSheet() {
  return (
    <Dialog
      title={kWords.title}
      kind="dialog w"
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
        {kWords.enable}
      </label>
      <dl class="kv">
        {[...kAlways, ...bound.value].map(({ key, does }) => (
          <Fragment key={key + does}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
      <p class="m">
        {kWords.about} <code>{kWords.apiBase}</code> {kWords.and} <code>{kWords.jwtToken}</code>.
      </p>
      <p class="row">
        <a href="/docs" target="_blank" rel="noreferrer">
          {kWords.reference}
        </a>
        <a href="/openapi.json" target="_blank" rel="noreferrer">
          {kWords.openapi}
        </a>
      </p>
      <Releases />
    </Dialog>
  );
}
