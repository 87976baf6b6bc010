// What the rule would have done with the traffic of last week, counted again after each edit: the simulator replays it
// with all live rules and this edit. Nothing is stored.
import { useEffect, useRef, useState } from 'preact/hooks';
import { quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { announce } from '../../state/announce.ts';
import { number, percent } from '../../state/format.ts';
import { kRules } from '../../sentences/rules.ts';
import { withoutAnswer, type Issue, type RuleDraft } from './draft.ts';
import { nameOfField } from './member_words.ts';
import { look, start, stop, type Simulation } from './simulation.ts';

const t = kRules.editor.reach;
const kTyping = 900; // milliseconds of rest before it is counted
const kEvery = 400; // milliseconds between two looks at a count that runs
const kTries = 4; // to start one while another of the handle runs
const kBusy = 700; // milliseconds between them
const kWeek = 7 * 86_400_000;

type State =
  | { is: 'waiting' }
  | { is: 'running'; simulationId: string; progress: number }
  | { is: 'done'; simulation: Simulation; of: string }
  | { is: 'stopped' }
  | { is: 'failed'; says: string };

const kWaits: State = { is: 'waiting' };

const count = (handle: string, rules: RuleDraft[]) =>
  start(handle, { rules, since: new Date(Date.now() - kWeek).toISOString(), examples: 0 }, quietly);

const wait = (milliseconds: number) => new Promise(done => setTimeout(done, milliseconds));

// The edit as if it were live, among the others that are live or in shadow.
function rulesWith(rule: RuleDraft, ruleId: string, others: RuleDraft[]): RuleDraft[] {
  const rest = others.filter(one => one.ruleId !== ruleId && (one.status ?? 'live') !== 'draft');
  return [...rest.map(one => withoutAnswer(one)), { ...rule, ruleId, status: 'live' }];
}

// "Who › All › 1 › Wait: must be a duration"; the page's own sentences say it by themselves
const first = ({ field, issue }: Issue) => t.invalid(/^[A-Z]/.test(issue) ? issue : `${nameOfField(field)} ${issue}`);
// The fields of the edit are those of the last rule that is sent.
const says = (fault: Fault) => {
  const [one] = fault.details;
  if (fault.status === 409) return t.busy;
  return one ? first({ ...one, field: one.field.replace(/^rules\[\d+\]\./, '') }) : t.failed(fault.message);
};

interface Props {
  handle: string;
  ruleId: string;
  rule: RuleDraft;
  others: RuleDraft[] | null; // the stored rules; null until they are known
  wrong?: Issue; // what is to be corrected before the rule can be counted
}

export function Reach({ handle, ruleId, rule, others, wrong }: Props) {
  const id = ruleId || 'new-rule';
  const asked = JSON.stringify(wrong ? null : others && rulesWith(rule, id, others));
  const [state, setState] = useState<State>(kWaits),
    [round, setRound] = useState(0);
  const running = useRef(''),
    lastRound = useRef(0);
  useEffect(() => {
    let alive = true;
    const put = (to: State) => {
      if (alive) setState(to);
    };
    const stopFormer = async () => {
      const { current } = running;
      running.current = '';
      if (current) await stop(handle, current, quietly);
    };
    const run = async () => {
      await wait(round === lastRound.current ? kTyping : 0);
      lastRound.current = round;
      if (!alive || asked === 'null') return;
      await stopFormer();
      let answer = await count(handle, JSON.parse(asked));
      for (let tries = 1; !answer.ok && answer.fault.status === 409 && tries < kTries; tries += 1) {
        await wait(kBusy);
        if (!alive) return;
        answer = await count(handle, JSON.parse(asked));
      }
      while (answer.ok && answer.data.state === 'running') {
        const { simulationId, progress } = answer.data;
        running.current = simulationId;
        if (!alive) return stopFormer();
        put({ is: 'running', simulationId, progress });
        await wait(kEvery);
        if (running.current !== simulationId) return put({ is: 'stopped' });
        answer = await look(handle, simulationId);
      }
      running.current = '';
      if (!answer.ok) return put({ is: 'failed', says: says(answer.fault) });
      const { state: end, reason } = answer.data;
      if (end === 'done') {
        if (alive) announce(partsOf(answer.data, id).join(''));
        return put({ is: 'done', simulation: answer.data, of: asked });
      }
      put(end === 'cancelled' ? { is: 'stopped' } : { is: 'failed', says: t.failed(reason ?? end) });
    };
    void run();
    return () => {
      alive = false;
      void stopFormer();
    };
  }, [handle, asked, round]);
  const cancel = () => {
    const { current } = running;
    running.current = '';
    void stop(handle, current, quietly);
  };
  const outdated = state.is === 'done' && state.of !== asked;
  return (
    <section class="panel" aria-labelledby="reach">
      <div class="phead">
        <h2 id="reach">{t.title}</h2>
        <span class="push chip info">
          <Icon name="retry" />
          {wrong ? t.waits : state.is === 'waiting' || outdated ? t.counting : t.live}
        </span>
      </div>
      <div class={outdated ? 'pad stack s m' : 'pad stack s'} aria-busy={outdated}>
        {wrong && <p>{first(wrong)}</p>}
        {!wrong && state.is === 'waiting' && <p class="m">{t.counting}</p>}
        {state.is === 'running' && (
          <div class="row">
            <progress max={1} value={state.progress} aria-label={t.progress} />
            <Button kind="quiet" onPress={cancel}>
              {t.stop}
            </Button>
          </div>
        )}
        {state.is === 'done' && <Counted simulation={state.simulation} ruleId={id} />}
        {!wrong && (state.is === 'failed' || state.is === 'stopped') && (
          <>
            <p>{state.is === 'failed' ? state.says : t.stopped}</p>
            <div>
              <Button onPress={() => setRound(round + 1)}>{t.again}</Button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}

const foundIn = ({ rules }: Simulation, ruleId: string) => rules.find(one => one.ruleId === ruleId);

// "Would have acted on ", "312", " of ", "4,120", " sessions of last week."; a sentence why not, if it is one part.
function partsOf(simulation: Simulation, ruleId: string): string[] {
  const { sessions } = simulation,
    found = foundIn(simulation, ruleId);
  if (!sessions) return [t.noTraffic];
  return found?.asked ? t.acted(number(found.sessions), number(sessions)) : [t.nothing(number(sessions))];
}

function Counted({ simulation, ruleId }: { simulation: Simulation; ruleId: string }) {
  const { sessions, changedSessions } = simulation;
  const found = foundIn(simulation, ruleId);
  const parts = partsOf(simulation, ruleId);
  return (
    <>
      <p>{parts.map((part, index) => (index % 2 ? <b class="n">{part}</b> : part))}</p>
      {found && parts.length > 1 && (
        <>
          <svg class="bar t" role="img" aria-label={t.share(percent(found.sessions, sessions))}>
            <rect width={`${(found.sessions / sessions) * 100}%`} height="100%" />
          </svg>
          <dl class="kv">
            <dt>{t.control}</dt>
            <dd class="n">{number(found.heldOut)}</dd>
            <dt>{t.held}</dt>
            <dd class="n">{number(found.suppressed)}</dd>
            <dt>{t.changed}</dt>
            <dd class="n">{number(changedSessions)}</dd>
          </dl>
        </>
      )}
    </>
  );
}
