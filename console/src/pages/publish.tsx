import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import { issueIn } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Callout } from '../parts/callout.tsx';
import { CodeEditor } from '../parts/code_editor.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { TextField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { kPublish } from '../sentences/publish.ts';
import { useKeys } from '../state/keys.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { useSending } from '../state/sending.ts';
import { hostOf, loadSubscriptions, subscriptions, type Subscription } from '../state/subscriptions.ts';
import { useUnsaved } from '../state/unsaved.ts';
import { isReserved, isType, ownTypes, takenBy } from './publish/receivers.ts';

const kEmpty = '{}';

interface Sample {
  type: string;
  payload: string;
}

// The custom type that the API documents, with its payload.
async function readSample(handle: string): Promise<Sample | null> {
  const answer = await ask(quietly.GET('/v2/handles/{handle}/notifications', { params: { path: { handle } } }));
  const own = answer.ok ? answer.data.events.find(({ type }) => type.startsWith('<')) : undefined;
  const { type, payload } = (own?.example ?? {}) as { type?: string; payload?: unknown };
  return type && payload ? { type, payload: JSON.stringify(payload, null, 2) } : null;
}

function issueWith(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? '' : kPublish.notObject;
  } catch (error) {
    return kPublish.notJson((error as Error).message);
  }
}

export function PublishPage() {
  const { handle } = place.value;
  const [type, setType] = useState(''),
    [payload, setPayload] = useState(kEmpty),
    [id, setId] = useState(''),
    [sample, setSample] = useState<Sample | null>(null),
    [done, setDone] = useState<{ eventId: string; count: number } | null>(null);
  const { fault, busy, send } = useSending();
  const closed = closedBelow('OPERATOR');
  usePoll(5000, async () => closed || loadSubscriptions(handle), [handle, closed]);
  usePoll(
    0,
    async isCurrent => {
      const found = await readSample(handle);
      if (isCurrent()) setSample(found);
    },
    [handle],
  );
  const all = (!closed && subscriptions.value) || [];
  const name = type.trim();
  const judged = name === '' || isType(name) ? (isReserved(name) ? kPublish.reserved : '') : kPublish.notType;
  const broken = issueWith(payload);
  const receivers = name && !judged ? all.filter(one => takenBy(one, name)) : [];
  useUnsaved(payload !== kEmpty && payload !== sample?.payload);
  const choose = (text: string) => {
    setType(text);
    setDone(null);
    if (text === sample?.type && payload === kEmpty) setPayload(sample.payload);
  };
  const publish = () =>
    send(
      api.POST('/v2/handles/{handle}/events', {
        params: { path: { handle } },
        body: {
          type: name,
          payload: JSON.parse(payload) as Record<string, unknown>,
          ...(id.trim() && { id: id.trim() }),
        },
      }),
      '',
      ({ eventId }) => {
        setDone({ eventId, count: receivers.length });
        setPayload(kEmpty);
        setId('');
      },
    );
  const why = closed || (name ? (judged || broken ? kPublish.fixFirst : '') : kPublish.typeFirst);
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: kPublish.publish.toLowerCase(),
        run: () => {
          if (!why && !busy) void publish();
        },
      },
    ],
    [why, busy, name, payload, id],
  );
  return (
    <>
      <div class="head">
        <h1>{kPublish.title}</h1>
        <p>{kPublish.says}</p>
      </div>
      {closed && <Callout tone="info">{closed}</Callout>}
      <div class="cols main-side">
        <form class="panel" aria-labelledby="event">
          <div class="phead">
            <h2 id="event">{kPublish.event}</h2>
          </div>
          <div class="pad stack">
            <TextField
              label={kPublish.type}
              mono
              value={type}
              onInput={choose}
              suggest={[
                ...ownTypes(all).map(value => ({ value, note: kPublish.subscribed })),
                ...(sample && !ownTypes(all).includes(sample.type)
                  ? [{ value: sample.type, note: kPublish.sample }]
                  : []),
              ]}
              hint={kPublish.typeHint}
              issue={judged || issueIn(fault, 'type')}
            />
            <div class="field">
              <span class="lbl" aria-hidden="true">
                {kPublish.payload}
              </span>
              <CodeEditor
                label={kPublish.payload}
                value={payload}
                onInput={text => {
                  setPayload(text);
                  setDone(null);
                }}
                invalid={!!broken}
              />
              {(broken || issueIn(fault, 'payload')) && <p class="err">{broken || issueIn(fault, 'payload')}</p>}
            </div>
            <TextField
              label={kPublish.id}
              mono
              value={id}
              onInput={setId}
              hint={kPublish.idHint}
              issue={issueIn(fault, 'id')}
            />
            <div>
              <Button kind="primary" submits keyHint="ctrl+Enter" busy={busy} closed={why} onPress={publish}>
                {kPublish.publish}
              </Button>
            </div>
            {fault && <FaultNote fault={fault} beside={['type', 'payload', 'id']} />}
            <div role="status">
              {done && (
                <Callout tone="good" title={kPublish.done}>
                  <p>
                    {kPublish.doneSays(done.count)} <a href={at('events', [done.eventId])}>{kPublish.open}</a>{' '}
                    <code>{done.eventId}</code>
                  </p>
                </Callout>
              )}
            </div>
          </div>
        </form>
        {!closed && <Receivers type={judged ? '' : name} receivers={receivers} />}
      </div>
    </>
  );
}

function Receivers({ type, receivers }: { type: string; receivers: Subscription[] }) {
  return (
    <section class="panel" aria-labelledby="receivers">
      <div class="phead">
        <h2 id="receivers">{kPublish.receivers}</h2>
      </div>
      <div class="pad stack s">
        <p role="status">
          {!type ? kPublish.noType : receivers.length ? kPublish.count(receivers.length) : kPublish.nobody}
        </p>
        {type && !receivers.length && (
          <p>
            <a class="btn" href={at('endpoints', ['+'])}>
              {kPublish.newEndpoint}
            </a>
          </p>
        )}
        <ul class="stack s">
          {receivers.map(one => (
            <li key={one.subscriptionId}>
              <a class="wrap" href={at('deliveries', [], { subscription: one.subscriptionId })}>
                {one.description || hostOf(one.endpointUrl)}
              </a>{' '}
              <span class="m sm">
                {kPublish.by} <code>{takenBy(one, type)}</code>
              </span>
              {!one.enabled && <p class="m sm">{kPublish.waits}</p>}
              {one.enabled && one.circuit === 'open' && <p class="m sm">{kPublish.failing}</p>}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
