import { useState } from 'preact/hooks';
import { issueIn, type Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { useKeys } from '../state/keys.ts';
import { at, place } from '../state/place.ts';
import { session } from '../state/playbook.ts';
import { took } from '../state/instants.ts';
import { counted } from '../state/words.ts';
import { bodyOf, change, draft } from './append/draft.ts';
import { append, type Appended } from './append/send.ts';
import { kPresets } from './append/storylines.ts';
import { Storylines } from './append/storylines_card.tsx';
import { SignalEditor } from './append/signal_editor.tsx';
import { SessionBar } from './session_bar.tsx';

const kConsents = [
  ['', 'handle default'],
  ['full', 'full'],
  ['basic', 'basic'],
  ['denied', 'denied'],
] as const;

export function AppendPage() {
  const [result, setResult] = useState<Appended | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false),
    [editing, setEditing] = useState(false),
    [broken, setBroken] = useState('');
  const { signals } = draft.value;
  const send = async () => {
    if (broken) return;
    setBusy(true);
    const answer = await append(bodyOf(place.value.handle, session.value, draft.value));
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setResult(answer.ok ? answer.data : null);
  };
  useKeys([{ key: 'ctrl+Enter', does: 'send the signals', run: send }], [broken]);
  return (
    <>
      <h1>Append signals</h1>
      <p class="lead">
        A signal records one thing a visitor did. Choose one and send it, as a web page would. This call needs no
        sign-in.
      </p>
      <SessionBar />
      <section class="card" aria-labelledby="one">
        <h2 id="one">One signal</h2>
        <div class="choices" role="group" aria-label="Signal">
          {kPresets.map(({ name, signal }) => (
            <Choice
              key={name}
              name={name}
              on={signals.length === 1 && signals[0] === signal}
              onPress={() => {
                setBroken('');
                change({ signals: [signal] });
              }}
            />
          ))}
          <Choice name="Custom" on={editing} onPress={() => setEditing(!editing)} />
        </div>
        <SignalEditor open={editing} broken={broken} onBroken={setBroken} />
        <details class="more">
          <summary>Visitor, consent and context</summary>
          <div class="columns">
            <TextField
              label="Visitor"
              mono
              value={draft.value.visitorId}
              onInput={visitorId => change({ visitorId })}
              placeholder="v-81"
              hint="Links the sessions of one visitor."
              issue={issueIn(fault, 'visitorId')}
            />
            <SelectField
              label="Consent"
              value={draft.value.consent}
              choices={kConsents}
              onChange={consent => change({ consent })}
              hint="What the visitor allows. The latest value applies."
            />
            <TextField
              label="Page"
              value={draft.value.page}
              onInput={page => change({ page })}
              placeholder="/pricing"
            />
            <TextField
              label="Country"
              value={draft.value.country}
              onInput={country => change({ country })}
              placeholder="US"
            />
          </div>
        </details>
        <div class="actions">
          <Button kind="primary" keyHint="ctrl+Enter" busy={busy} closed={broken} onPress={send}>
            Send {signals.length === 1 ? (signals[0]?.type ?? 'signal') : `${signals.length} signals`}
          </Button>
        </div>
        <Outcome result={result} fault={fault} />
      </section>
      <Storylines onFault={setFault} />
    </>
  );
}

function Outcome({ result, fault }: { result: Appended | null; fault: Fault | null }) {
  if (fault) return <FaultNote fault={fault} beside={['visitorId']} />;
  if (!result) return null;
  const { accepted, answeredIn, seenAfter } = result;
  if (accepted.consent === 'denied')
    return (
      <p class="result" role="status">
        <strong>202</strong> The visitor denied consent, so nothing was stored.
      </p>
    );
  return (
    <div class="result" role="status">
      <p>
        <strong>202 Accepted</strong> {accepted.accepted} stored
        {accepted.duplicates ? `, ${counted(accepted.duplicates, 'duplicate')} ignored` : ''}. The session is now at
        version {accepted.version}, with {counted(accepted.signalCount, 'signal')} in its window.
      </p>
      {accepted.warnings?.some(({ code }) => code === 'visitor_id_blocked') && (
        <p class="small">The visitor ID was ignored: it is blocked because it identifies nobody.</p>
      )}
      <p class="small">
        Written to disk and acknowledged in {took(answeredIn)}.
        {seenAfter !== null &&
          ` A decision request sent right after it saw version ${accepted.version}, ${took(seenAfter)} later.`}
      </p>
      <p class="small">
        Next: <a href={at('resolve')}>resolve a decision for this session</a>.
      </p>
    </div>
  );
}
