import './simulate.css';
import './results.css';
import { useState } from 'preact/hooks';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SegmentLinks } from '../../parts/segments.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { share } from '../../state/format.ts';
import { useKeys } from '../../state/keys.ts';
import { useRules, type KnownRule } from '../../state/known_rules.ts';
import { filter, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { kSimulate } from '../../sentences/simulate.ts';
import { withoutAnswer } from './draft.ts';
import { Found } from './simulate/found.tsx';
import { look, start, stop, type Asked, type Simulation } from './simulation.ts';
import { RuleTabs } from './tabs.tsx';

const kHour = 3_600_000;
const kSpans: Record<string, number> = { '1h': kHour, '24h': 24 * kHour, '7d': 168 * kHour, '28d': 672 * kHour };
const kChanges = ['on', 'off', 'version'] as const;
type Change = (typeof kChanges)[number];
const statusOf = (rule: KnownRule) => rule.status ?? 'live';

// …/rules/-/simulate?change=on|off|version&rule=&version=&span=
export function Simulate() {
  const { handle, query } = place.value;
  const { rules: known } = useRules(handle);
  const named = known?.find(rule => rule.ruleId === query.get('rule'));
  const asked = query.get('change') as Change,
    change: Change = kChanges.includes(asked) ? asked : named && statusOf(named) === 'live' ? 'off' : 'on';
  const span = query.get('span') ?? '',
    spanKey = span in kSpans ? span : '24h',
    version = query.get('version') ?? '';
  const rules = known ?? [];
  const choices = rules.filter(rule => (statusOf(rule) === 'live') === (change === 'off'));
  const chosen = choices.find(rule => rule.ruleId === query.get('rule'))?.ruleId ?? choices[0]?.ruleId ?? '';
  const { simulation, fault, busy, run, cancel } = useSimulation(handle);
  const nameOf = (ruleId: string) => rules.find(one => one.ruleId === ruleId)?.name || ruleId;
  const closed =
    change === 'version'
      ? /^\d+$/.test(version)
        ? ''
        : kSimulate.enterVersion
      : !known
        ? kSimulate.loading
        : chosen
          ? ''
          : change === 'on'
            ? kSimulate.nothingToTry
            : kSimulate.nothingToPause;
  const begin = () => {
    const since = new Date(Date.now() - kSpans[spanKey]!).toISOString();
    const status = change === 'on' ? 'live' : 'paused';
    void run(
      change === 'version'
        ? { rulesVersion: Number(version), since }
        : {
            rules: rules.map(rule => {
              const plain = withoutAnswer(rule as never);
              return rule.ruleId === chosen ? { ...plain, status } : plain;
            }),
            since,
          },
    );
  };
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: kSimulate.runs,
        run: () => {
          if (!closed) begin();
        },
      },
    ],
    [closed, change, chosen, version, spanKey, known],
  );
  const running = simulation?.state === 'running';
  const issue = issueIn(fault, 'rulesVersion');
  const [first, middle, last] = kSimulate.sentence[change]!;
  return (
    <>
      <div class="head">
        <h1>{kSimulate.title}</h1>
        <p>{kSimulate.lead}</p>
      </div>
      <RuleTabs />
      <section class="panel pad stack s" aria-label={kSimulate.whatIf}>
        <div>
          <SegmentLinks
            label={kSimulate.change}
            value={change}
            choices={kChanges.map(one => [one, kSimulate.changes[one]!] as const)}
            filters={one => ({ change: one })}
          />
        </div>
        <div class="row what-if">
          <span>{first}</span>
          {change === 'version' ? (
            <input
              aria-label={kSimulate.version}
              inputMode="numeric"
              value={version}
              placeholder={kSimulate.exampleVersion}
              aria-invalid={!!issue}
              aria-describedby={issue ? 'version-issue' : undefined}
              onInput={event => filter({ version: event.currentTarget.value })}
            />
          ) : (
            <select
              aria-label={kSimulate.rule}
              value={chosen}
              onChange={event => filter({ rule: event.currentTarget.value })}
            >
              {choices.map(rule => (
                <option key={rule.ruleId} value={rule.ruleId}>
                  {kSimulate.withStatus(rule.name || rule.ruleId, statusOf(rule))}
                </option>
              ))}
              {!choices.length && <option value="">{change === 'on' ? kSimulate.noIdle : kSimulate.noLive}</option>}
            </select>
          )}
          <span>{middle}</span>
          <span>
            <select
              aria-label={kSimulate.traffic}
              value={spanKey}
              onChange={event => filter({ span: event.currentTarget.value })}
            >
              {Object.keys(kSpans).map(key => (
                <option key={key} value={key}>
                  {kSimulate.spans[key]}
                </option>
              ))}
            </select>
            {last}
          </span>
        </div>
        {issue && (
          <p class="err" id="version-issue">
            <Ticked text={issue} />
          </p>
        )}
        <div class="row">
          <Button kind="primary" keyHint="ctrl+Enter" busy={busy || running} closed={closed} onPress={begin}>
            {kSimulate.run}
          </Button>
          {running && (
            <>
              <progress max={1} value={simulation.progress} aria-label={kSimulate.progress} />
              <span role="status">{kSimulate.replaying(share(simulation.progress))}</span>
              <Button onPress={cancel}>{kSimulate.cancel}</Button>
            </>
          )}
        </div>
        {fault && <FaultNote fault={fault} beside={['rulesVersion']} />}
      </section>
      {simulation && !running && <Found simulation={simulation} nameOf={nameOf} />}
    </>
  );
}

const kEvery = 700; // milliseconds between looks at a running one

function useSimulation(handle: string) {
  const [simulation, setSimulation] = useState<Simulation | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const running = simulation?.state === 'running';
  usePoll(
    running ? kEvery : 0,
    async isCurrent => {
      if (!running) return;
      const answer = await look(handle, simulation.simulationId);
      if (!isCurrent()) return;
      if (answer.ok) setSimulation(answer.data);
      else setFault(answer.fault);
    },
    [simulation?.simulationId, running],
  );
  const run = async (body: Asked) => {
    setBusy(true);
    const answer = await start(handle, body);
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setSimulation(answer.ok ? answer.data : null);
  };
  const cancel = async () => {
    const answer = await stop(handle, simulation!.simulationId);
    if (answer.ok) setSimulation({ ...simulation!, state: 'cancelled' });
    else setFault(answer.fault);
  };
  return { simulation, fault, busy, run, cancel };
}
