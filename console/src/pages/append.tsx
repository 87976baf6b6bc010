import { useState } from 'preact/hooks';
import { issueIn, type Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { kPlaybook } from '../sentences/playbook.ts';
import { useKeys } from '../state/keys.ts';
import { at, place } from '../state/place.ts';
import { session } from '../state/playbook.ts';
import { took } from '../state/instants.ts';
import { bodyOf, change, draft } from './append/draft.ts';
import { append, type Appended } from './append/send.ts';
import { kPresets } from './append/storylines.ts';
import { Storylines } from './append/storylines_card.tsx';
import { SignalEditor } from './append/signal_editor.tsx';
import { SessionBar } from './session_bar.tsx';

const kSays = kPlaybook.append;

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
  useKeys([{ key: 'ctrl+Enter', does: kSays.key, run: send }], [broken]);
  return (
    <>
      <div class="head">
        <h1>{kSays.title}</h1>
        <p>{kSays.says}</p>
      </div>
      <SessionBar />
      <section class="panel" aria-labelledby="one">
        <div class="phead">
          <h2 id="one">{kSays.one}</h2>
        </div>
        <div class="pad stack s">
          <div class="chooses" role="group" aria-label={kSays.signal}>
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
            <Choice name={kSays.custom} on={editing} onPress={() => setEditing(!editing)} />
          </div>
          <SignalEditor open={editing} broken={broken} onBroken={setBroken} />
          <details>
            <summary class="m sm">{kSays.more}</summary>
            <div class="form">
              <TextField
                label={kSays.visitor}
                mono
                value={draft.value.visitorId}
                onInput={visitorId => change({ visitorId })}
                placeholder={kSays.visitorExample}
                hint={kSays.visitorHint}
                issue={issueIn(fault, 'visitorId')}
              />
              <SelectField
                label={kSays.consent}
                value={draft.value.consent}
                choices={kSays.consents}
                onChange={consent => change({ consent })}
                hint={kSays.consentHint}
              />
              <TextField
                label={kSays.page}
                value={draft.value.page}
                onInput={page => change({ page })}
                placeholder={kSays.pageExample}
              />
              <TextField
                label={kSays.country}
                value={draft.value.country}
                onInput={country => change({ country })}
                placeholder={kSays.countryExample}
              />
            </div>
          </details>
          <div>
            <Button kind="primary" keyHint="ctrl+Enter" busy={busy} closed={broken} onPress={send}>
              {kSays.send(signals.length === 1 ? (signals[0]?.type ?? kSays.fallback) : kSays.signals(signals.length))}
            </Button>
          </div>
          <Outcome result={result} fault={fault} />
        </div>
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
      <div class="callout info result" role="status">
        <p>
          <strong>{kSays.status}</strong> {kSays.denied}
        </p>
      </div>
    );
  const { accepted: stored, duplicates = 0, version, signalCount, warnings } = accepted;
  return (
    <div class="callout good result" role="status">
      <div>
        <p>
          <strong>{kSays.accepted}</strong> {kSays.stored(stored, duplicates, version, signalCount)}
        </p>
        {warnings?.some(({ code }) => code === 'visitor_id_blocked') && <p>{kSays.blocked}</p>}
        <p>
          {kSays.written(took(answeredIn))}
          {seenAfter !== null && kSays.seen(version, took(seenAfter))}
        </p>
        <p>
          {kSays.next} <a href={at('resolve')}>{kSays.nextLink}</a>.
        </p>
      </div>
    </div>
  );
}
