import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Choice, State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { kPlaybook } from '../sentences/playbook.ts';
import { kDue } from '../state/delayed.ts';
import { useKeys } from '../state/keys.ts';
import { at, filter, place } from '../state/place.ts';
import { happened, session } from '../state/playbook.ts';
import { usePoll } from '../state/poll.ts';
import { read, type Session } from '../state/timeline.ts';
import { lastOf, prefetch, resolve } from './resolve/answers.ts';
import { DecisionCard } from './resolve/decision_card.tsx';
import { Reports } from './resolve/reports.tsx';
import { WouldBe } from './resolve/would_be.tsx';
import { SessionBar } from './session_bar.tsx';

const kSays = kPlaybook.resolve;
const kUsual = ['checkout', 'exit_intent'];
const kTrigger = /^[a-z0-9][a-z0-9_.:-]{0,63}$/;

export function ResolvePage() {
  const { handle, query } = place.value;
  const chosen = (query.get('triggers') ?? 'checkout').split(',').filter(Boolean);
  const [known, setKnown] = useState<string[]>(kUsual),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState('');
  usePoll(
    0,
    async isCurrent => {
      const rules = await ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', { params: { path: { handle }, query: { limit: 200 } } }),
      );
      if (rules.ok && isCurrent())
        setKnown(
          [...new Set([...kUsual, ...rules.data.items.flatMap(rule => rule.triggers)])].filter(name => name !== kDue),
        );
    },
    [handle],
  );
  const choose = (triggers: string[]) => filter({ triggers: triggers.join(',') });
  const toggle = (name: string) =>
    choose(chosen.includes(name) ? chosen.filter(one => one !== name) : [...chosen, name]);
  const run = async (what: 'resolve' | 'prefetch') => {
    if (!chosen.length || busy) return;
    setBusy(what);
    setFault(await (what === 'resolve' ? resolve : prefetch)(handle, session.value, chosen));
    setBusy('');
  };
  useKeys([{ key: 'ctrl+Enter', does: kSays.key, run: () => run('resolve') }], [chosen.join(), session.value]);
  const closed = chosen.length ? '' : kSays.chooseFirst;
  const given = chosen.map(name => lastOf(session.value, name)).filter(one => !!one);
  return (
    <>
      <div class="head">
        <h1>{kSays.title}</h1>
        <p>{kSays.says}</p>
      </div>
      <SessionBar />
      <section class="panel" aria-labelledby="ask">
        <div class="phead">
          <h2 id="ask">{kSays.ask}</h2>
        </div>
        <div class="pad stack s">
          <div class="chooses" role="group" aria-label={kSays.triggers}>
            {[...new Set([...known, ...chosen])].map(name => (
              <Choice key={name} name={name} on={chosen.includes(name)} onPress={() => toggle(name)} />
            ))}
            <OtherTrigger onAdd={name => choose([...chosen, name])} />
          </div>
          <div class="row">
            <Button
              kind="primary"
              keyHint="ctrl+Enter"
              busy={busy === 'resolve'}
              closed={closed}
              onPress={() => run('resolve')}
            >
              {kSays.resolve}
            </Button>
            <Button busy={busy === 'prefetch'} onPress={() => run('prefetch')}>
              {kSays.prefetch}
            </Button>
          </div>
          {fault && <FaultNote fault={fault} />}
        </div>
      </section>
      <div class="stack" aria-live="polite">
        {given.map(one => (
          <DecisionCard key={one.decision.trigger} {...one}>
            {one.decision.outcome === 'act' && <Reports key={one.decision.decisionId} decision={one.decision} />}
          </DecisionCard>
        ))}
      </div>
      <Served />
      <WouldBe triggers={[...new Set([...chosen, ...known])]} />
    </>
  );
}

function OtherTrigger({ onAdd }: { onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const add = (event: Event) => {
    event.preventDefault();
    if (kTrigger.test(name)) {
      onAdd(name);
      setName('');
    }
  };
  return (
    <form class="chooses" onSubmit={add}>
      <input
        aria-label={kSays.another}
        placeholder={kSays.anotherExample}
        class="mono"
        value={name}
        aria-invalid={name !== '' && !kTrigger.test(name)}
        onInput={event => setName(event.currentTarget.value)}
      />
      <button type="submit" class="btn">
        {kSays.add}
      </button>
    </form>
  );
}

// The decisions recorded for this session.
function Served() {
  const { handle } = place.value,
    sessionId = session.value;
  const [found, setFound] = useState<Session | null>(null);
  usePoll(
    0,
    async isCurrent => {
      await new Promise(done => setTimeout(done, 150)); // a decision is recorded within 100 ms
      const got = sessionId ? await read(handle, sessionId) : null;
      if (isCurrent()) setFound(got?.session ?? null);
    },
    [handle, sessionId, happened.value],
  );
  const served = (found?.decisions ?? []).toReversed().slice(0, 20);
  return (
    <section class="panel" aria-labelledby="served">
      <div class="phead">
        <h2 id="served">{kSays.served}</h2>
      </div>
      <div class="pad">
        {served.length === 0 && <p class="m">{kSays.noneServed}</p>}
        <ul class="stack s">
          {served.map(({ decisionId, trigger, outcome, ruleId, resolvedAt, shown }) => (
            <li key={decisionId} class="row">
              <a href={at('decisions', [decisionId], { session: sessionId })}>{trigger}</a>
              <State name={outcome} />
              <span class="m sm wrap">
                {ruleId ?? ''} {shown ? kSays.shown : ''}
              </span>
              <span class="m sm push">
                <Instant at={resolvedAt} />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
