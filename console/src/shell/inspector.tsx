import { signal } from '@preact/signals';
import { exchanges, noted, type Exchange } from '../api/exchange.ts';
import { toCurl } from '../api/curl.ts';
import { Button } from '../parts/button.tsx';
import { Copy, copyText } from '../parts/copy.tsx';
import { Json } from '../parts/json.tsx';
import { kParts } from '../sentences/parts.ts';
import { kShell } from '../sentences/shell.ts';
import { useKeys } from '../state/keys.ts';
import { took } from '../state/instants.ts';
import { inspectorIsOpen, toggleInspector } from './opened.ts';

const { wire: kWords } = kShell;

const chosen = signal(0); // id of the chosen exchange; 0: the latest one

const headers = (all: [string, string][]) => all.map(([name, value]) => `${name}: ${value}`).join('\n');
const nameOf = ({ method, path, status }: Exchange) =>
  `${method} ${path.replace(/\?.*/, '')} → ${status || kWords.noResponse}`;

// The requests of this page as they were sent, at the lower edge.
export function Inspector() {
  useKeys([
    { key: 'i', does: kShell.keys.inspector, run: toggleInspector },
    {
      key: 'y',
      does: kShell.keys.curl,
      run: () => {
        const last = exchanges.peek()[0];
        if (last) void copyText(toCurl(last), kParts.curl);
      },
    },
  ]);
  if (!inspectorIsOpen.value) return null;
  const all = exchanges.value;
  const shown = [...all, ...noted.value].find(one => one.id === chosen.value) ?? all[0] ?? noted.value[0];
  return (
    <section class="inspector" aria-label={kShell.inspector}>
      {shown ? <Shown all={all} shown={shown} /> : <p class="pad m">{kWords.none}</p>}
      <Button kind="quiet" icon="close" label={kWords.close} onPress={toggleInspector} />
    </section>
  );
}

const Options = ({ label, all }: { label: string; all: Exchange[] }) => (
  <optgroup label={label}>
    {all.map(one => (
      <option key={one.id} value={one.id}>
        {nameOf(one)}
      </option>
    ))}
  </optgroup>
);

const Fields = ({ label, text }: { label: string; text: string }) => (
  <pre class="code fields" tabIndex={0} role="region" aria-label={label}>
    {text}
  </pre>
);

function Shown({ all, shown }: { all: Exchange[]; shown: Exchange }) {
  const asked = `${shown.method} ${shown.path}\n${shown.signedIn ? 'authorization: Bearer …\n' : ''}${headers(shown.headers)}`;
  return (
    <>
      <p class="strip">
        <label class="hide" for="exchange">
          {kWords.last}
        </label>
        <select
          id="exchange"
          class="last"
          value={shown.id}
          onChange={event => {
            chosen.value = Number(event.currentTarget.value);
          }}
        >
          <Options label={kWords.log} all={all} />
          <Options label={kWords.background} all={noted.value} />
        </select>
        {chosen.value > 0 && shown !== all[0] && (
          <Button
            kind="quiet"
            onPress={() => {
              chosen.value = 0;
            }}
          >
            {kWords.latest}
          </Button>
        )}
        <Copy text={() => toCurl(shown)} what={kParts.curl}>
          {kParts.copyAsCurl}
        </Copy>
      </p>
      <div class="halves">
        <div>
          <h2>{kWords.request}</h2>
          <Fields label={kWords.requestHead} text={asked} />
          {shown.body && <Json text={shown.body} label={kWords.requestBody} />}
        </div>
        <div>
          <h2>
            {kWords.response}{' '}
            <span class="m">
              {shown.status || kWords.noStatus}, {took(shown.took)}
            </span>
          </h2>
          <Fields label={kWords.responseHead} text={headers(shown.answerHeaders)} />
          {shown.answer ? (
            <Json text={shown.answer} label={kWords.responseBody} />
          ) : (
            noted.value.includes(shown) && <p class="sm m">{kWords.unkept}</p>
          )}
        </div>
      </div>
    </>
  );
}
