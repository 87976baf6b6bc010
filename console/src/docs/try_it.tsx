import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Json } from '../parts/json.tsx';
import { kDocs } from '../sentences/docs.ts';
import { took } from '../state/instants.ts';
import { token as signedIn } from '../state/sign_in.ts';
import type { Operation } from './reference.ts';
import { bearing, type Draft } from './request.ts';

const kShown = 200_000; // characters of a response

interface Received {
  status: number;
  statusText: string;
  headers: [string, string][];
  text: string;
  took: number; // milliseconds until the head
  isWhole: boolean;
  isCut: boolean;
}

interface Props {
  operation: Operation;
  draft: Draft;
  onChange: (draft: Draft) => void;
  url: string;
  headers: [string, string][];
}

// The operation's form: sends the request to this server, as nobody, as the user of the console, or with another token.
export function TryIt({ operation, draft, onChange, url, headers }: Props) {
  const [received, setReceived] = useState<Received | null>(null),
    [failed, setFailed] = useState(''),
    [tried, setTried] = useState(false);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => running.current?.abort(), []);
  const { parameters, bodies, method } = operation;
  const missing = parameters.filter(one => one.required && !draft.values[one.name]);
  const broken = bodies.length && /json$/.test(bodies[0]!.type) ? brokenIn(draft.body) : '';
  const send = async () => {
    setTried(true);
    if (missing.length || broken) return;
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setFailed('');
    setReceived(null);
    try {
      await receive(control.signal);
    } catch (error) {
      if (!control.signal.aborted) setFailed(kDocs.unreachable(String((error as Error).message)));
    }
    setBusy(false);
  };
  const receive = async (signal: AbortSignal) => {
    const began = performance.now();
    const bearer = draft.as === 'signIn' ? signedIn.peek() : draft.as === 'other' ? draft.token.trim() : '';
    const response = await fetch(url, {
      method,
      headers: [...headers, ...(bearer ? [bearing(bearer)] : [])],
      body: bodies.length && draft.body ? draft.body : undefined,
      credentials: 'omit',
      redirect: 'manual',
      cache: 'no-store',
      signal,
    });
    const head = {
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      took: performance.now() - began,
    };
    let text = '';
    setReceived({ ...head, text, isWhole: false, isCut: false });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
      const isCut = text.length > kShown;
      setReceived({ ...head, text: text.slice(0, kShown), isWhole: false, isCut });
      if (!isCut) continue;
      await reader.cancel();
      break;
    }
    setReceived({ ...head, text: text.slice(0, kShown), isWhole: true, isCut: text.length > kShown });
  };
  return (
    <form class="panel" aria-labelledby="try">
      <div class="phead">
        <h2 id="try">{kDocs.tryIt}</h2>
        <span class="m sm">{method === 'GET' ? kDocs.trySays : kDocs.changes}</span>
      </div>
      <div class="pad stack s">
        <SelectField
          label={kDocs.as}
          value={draft.as}
          choices={[
            ['nobody', kDocs.nobody],
            ...(signedIn.value ? [['signIn', kDocs.signIn] as const] : []),
            ['other', kDocs.other],
          ]}
          onChange={as => onChange({ ...draft, as: as as Draft['as'] })}
        />
        {draft.as === 'other' && (
          <TextField
            label={kDocs.token}
            type="password"
            mono
            value={draft.token}
            onInput={token => onChange({ ...draft, token })}
            hint={kDocs.tokenHint}
          />
        )}
        {parameters.map(({ name, required }) => (
          <TextField
            key={name}
            label={name}
            mono
            value={draft.values[name] ?? ''}
            onInput={value => onChange({ ...draft, values: { ...draft.values, [name]: value } })}
            issue={tried && required && !draft.values[name] ? kDocs.empty : undefined}
          />
        ))}
        {bodies.length > 0 && (
          <TextField
            label={kDocs.bodyLabel}
            mono
            lines={Math.min(18, Math.max(4, draft.body.split('\n').length))}
            value={draft.body}
            onInput={body => onChange({ ...draft, body })}
            issue={broken ? kDocs.notJson(broken) : undefined}
          />
        )}
        <div class="row">
          <Button kind="primary" submits busy={busy} onPress={send}>
            {kDocs.send}
          </Button>
          {busy && <Button onPress={() => running.current?.abort()}>{kDocs.stop}</Button>}
        </div>
        <div role="status">{failed && <p class="err">{failed}</p>}</div>
        {received && <Response received={received} busy={busy} />}
      </div>
    </form>
  );
}

function brokenIn(text: string): string {
  if (!text.trim()) return '';
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

function Response({ received, busy }: { received: Received; busy: boolean }) {
  const { status, statusText, headers, text } = received;
  const tone = status < 300 ? 'good' : status < 400 ? 'info' : 'bad';
  return (
    <section class="stack s" aria-labelledby="answer">
      <div class="row">
        <h3 id="answer">{kDocs.answer}</h3>
        <span class={`chip tag ${tone}`} role="status">
          {status} {statusText}
        </span>
        <span class="m sm push">{busy ? kDocs.streaming : took(received.took)}</span>
      </div>
      {text ? (
        <Json text={text} label={kDocs.answerBody} />
      ) : (
        received.isWhole && <p class="m sm">{kDocs.noAnswerBody}</p>
      )}
      {received.isCut && <p class="m sm">{kDocs.cut}</p>}
      <details class="nested">
        <summary>{kDocs.headers}</summary>
        <dl class="kv">
          {headers.map(([name, value]) => (
            <>
              <dt key={name}>
                <code>{name}</code>
              </dt>
              <dd>
                <code>{value}</code>
              </dd>
            </>
          ))}
        </dl>
      </details>
    </section>
  );
}
