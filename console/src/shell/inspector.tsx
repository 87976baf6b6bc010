import { signal } from '@preact/signals';
import { exchanges, noted, type Exchange } from '../api/exchange.ts';
import { toCurl } from '../api/curl.ts';
import { Copy, copyText } from '../parts/copy.tsx';
import { Json } from '../parts/json.tsx';
import { useKeys } from '../state/keys.ts';
import { keys } from '../state/preferences.ts';
import { took } from '../state/instants.ts';

export const inspectorIsOpen = signal(false);
const chosen = signal(0); // id of the chosen exchange; 0: the latest one

const headers = (all: [string, string][]) => all.map(([name, value]) => `${name}: ${value}`).join('\n');
const nameOf = ({ method, path, status }: Exchange) =>
  `${method} ${path.replace(/\?.*/, '')} → ${status || 'no response'}`;

export function Inspector() {
  const toggle = () => {
    inspectorIsOpen.value = !inspectorIsOpen.value;
  };
  const all = exchanges.value;
  const shown =
    [...all, ...noted.value].find(one => one.id === chosen.value) ??
    all[0] ??
    (inspectorIsOpen.value ? noted.value[0] : undefined);
  useKeys([
    { key: 'i', does: 'open or close the inspector', run: toggle },
    {
      key: 'y',
      does: 'copy the last request as cURL',
      run: () => {
        const last = exchanges.peek()[0];
        if (last) void copyText(toCurl(last), 'cURL');
      },
    },
  ]);
  return (
    <section class="inspector" aria-label="Inspector">
      <div class="strip">
        <button type="button" aria-expanded={inspectorIsOpen.value} onClick={toggle}>
          <span aria-hidden="true">{inspectorIsOpen.value ? '▾' : '▴'}</span> Inspector
          {keys.value === 'on' && <kbd>i</kbd>}
          {shown && (
            <span class="last mono">
              {nameOf(shown)} · {took(shown.took)}
            </span>
          )}
        </button>
        {shown && (
          <Copy text={() => toCurl(shown)} what="cURL">
            Copy as cURL
          </Copy>
        )}
      </div>
      {inspectorIsOpen.value &&
        (shown ? (
          <Shown all={all} shown={shown} />
        ) : (
          <p class="quiet">No requests yet. Requests you make on this page appear here as they were sent.</p>
        ))}
    </section>
  );
}

function Shown({ all, shown }: { all: Exchange[]; shown: Exchange }) {
  const asked = `${shown.method} ${shown.path}\n${shown.signedIn ? 'authorization: Bearer …\n' : ''}${headers(shown.headers)}`;
  return (
    <div class="wire">
      <p class="bar">
        <label for="exchange">Request</label>
        <select
          id="exchange"
          value={shown.id}
          onChange={event => {
            chosen.value = Number(event.currentTarget.value);
          }}
        >
          <optgroup label="Request log">
            {all.map(one => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </optgroup>
          <optgroup label="Background requests">
            {noted.value.map(one => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </optgroup>
        </select>
        {chosen.value > 0 && shown !== all[0] && (
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              chosen.value = 0;
            }}
          >
            Follow latest
          </button>
        )}
      </p>
      <div class="halves">
        <div>
          <h3>Request</h3>
          <pre class="code fields" tabIndex={0} role="region" aria-label="Request head">
            {asked}
          </pre>
          {shown.body && <Json text={shown.body} label="Request body" />}
        </div>
        <div>
          <h3>
            Response{' '}
            <span class="quiet">
              {shown.status || 'none'}, {took(shown.took)}
            </span>
          </h3>
          <pre class="code fields" tabIndex={0} role="region" aria-label="Response head">
            {headers(shown.answerHeaders)}
          </pre>
          {shown.answer ? (
            <Json text={shown.answer} label="Response body" />
          ) : (
            noted.value.includes(shown) && (
              <p class="small quiet">The page shows this response; its body is not kept here.</p>
            )
          )}
        </div>
      </div>
    </div>
  );
}
