import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Instant } from '../../parts/instant.tsx';
import { took } from '../../state/instants.ts';
import { useKeys } from '../../state/keys.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { withoutAnswer, type RuleDraft } from './draft.ts';
import { look, start, stop, type Asked, type Simulation, type Verdict } from './simulation.ts';
import { RuleTabs } from './tabs.tsx';

const kSpans = [
  ['3600000', 'the last hour'],
  ['86400000', 'the last day'],
  ['604800000', 'the last 7 days'],
  ['2592000000', 'the last 30 days'],
] as const;
const kIdle = new Set(['draft', 'shadow', 'paused']);

export function Simulate() {
  const { handle } = place.value;
  const [loaded, setRules] = useState<RuleDraft[] | null>(null),
    [span, setSpan] = useState('86400000'),
    [what, setWhat] = useState('rule'),
    [ruleId, setRuleId] = useState(place.value.query.get('rule') ?? ''),
    [version, setVersion] = useState('');
  const [simulation, setSimulation] = useState<Simulation | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', { params: { path: { handle }, query: { limit: 200 } } }),
      );
      if (answer.ok && isCurrent()) setRules(answer.data.items.map(withoutAnswer));
    },
    [handle],
  );
  const rules = loaded ?? [];
  const idle = rules.filter(rule => kIdle.has(String(rule.status)));
  const chosen = ruleId || String(idle[0]?.ruleId ?? '');
  const run = async () => {
    const since = new Date(Date.now() - Number(span)).toISOString();
    const body: Asked =
      what === 'version'
        ? { rulesVersion: Number(version), since }
        : { rules: rules.map(rule => (rule.ruleId === chosen ? { ...rule, status: 'live' } : rule)), since };
    setBusy(true);
    const answer = await start(handle, body);
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setSimulation(answer.ok ? answer.data : null);
  };
  const running = simulation?.state === 'running';
  usePoll(
    running ? 700 : 0,
    async isCurrent => {
      if (!running) return;
      const answer = await look(handle, simulation.simulationId);
      if (!isCurrent()) return;
      if (answer.ok) setSimulation(answer.data);
      else setFault(answer.fault);
    },
    [simulation?.simulationId, running],
  );
  const end = async () => {
    const answer = await stop(handle, simulation!.simulationId);
    if (answer.ok) setSimulation(null);
    else setFault(answer.fault);
  };
  const closed =
    what === 'version'
      ? /^\d+$/.test(version)
        ? ''
        : 'Enter a version first.'
      : !loaded
        ? 'The rules are being loaded.'
        : chosen
          ? ''
          : 'There is no draft, shadow or paused rule to try.';
  useKeys(
    [
      {
        key: 'ctrl+Enter',
        does: 'run the simulation',
        run: () => {
          if (!closed) void run();
        },
      },
    ],
    [closed, what, chosen, version, span, loaded],
  );
  return (
    <>
      <h1>Simulate</h1>
      <p class="lead">
        Replays recorded signals and decision requests under other rules. Nothing is stored, counted or sent.
      </p>
      <RuleTabs />
      <section class="card" aria-labelledby="what">
        <h2 id="what">What if</h2>
        <div class="columns">
          <SelectField
            label="Change"
            value={what}
            choices={[
              ['rule', '1 rule turned on'],
              ['version', 'an earlier version'],
            ]}
            onChange={setWhat}
          />
          {what === 'rule' ? (
            <SelectField
              label="Rule"
              value={chosen}
              choices={
                idle.length
                  ? idle.map(
                      rule =>
                        [String(rule.ruleId), `${String(rule.name || rule.ruleId)} (${String(rule.status)})`] as const,
                    )
                  : [['', 'no idle rules']]
              }
              onChange={setRuleId}
            />
          ) : (
            <TextField
              label="Version"
              value={version}
              onInput={setVersion}
              placeholder="3"
              issue={issueIn(fault, 'rulesVersion')}
            />
          )}
          <SelectField label="Traffic" value={span} choices={kSpans} onChange={setSpan} />
        </div>
        <div class="actions">
          <Button kind="primary" keyHint="ctrl+Enter" busy={busy || running} closed={closed} onPress={run}>
            Run
          </Button>
        </div>
        {fault && <FaultNote fault={fault} beside={['rulesVersion']} />}
        {running && (
          <p role="status">
            Replaying… <progress max={1} value={simulation.progress} aria-label="Simulation progress" />{' '}
            <Button kind="quiet" onPress={end}>
              Stop
            </Button>
          </p>
        )}
      </section>
      {simulation && !running && <Found simulation={simulation} />}
    </>
  );
}

const told = ({ outcome, ruleId }: Verdict) => (
  <>
    <State name={outcome} />
    {ruleId && (
      <>
        {' '}
        <code>{ruleId}</code>
      </>
    )}
  </>
);

function Found({
  simulation: { state, reason, asked, signals, tookMs, rules, changedSessions, examples },
}: {
  simulation: Simulation;
}) {
  if (state !== 'done')
    return (
      <p class="note" role="status">
        The simulation ended: {state}
        {reason && `, ${reason}`}.
      </p>
    );
  return (
    <section class="card" aria-labelledby="found">
      <h2 id="found">Hypothetical results</h2>
      <p role="status">
        {signals} signals and {asked} decision requests were replayed in {took(tookMs)}.{' '}
        <strong>{changedSessions}</strong> {changedSessions === 1 ? 'session' : 'sessions'} would have received a
        different decision.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Per rule">
        <table>
          <thead>
            <tr>
              <th>Rule</th>
              <th>Would have acted</th>
              <th>Held back</th>
              <th>Control group</th>
            </tr>
          </thead>
          <tbody>
            {rules.map(rule => (
              <tr key={rule.ruleId}>
                <td>
                  <a href={at('rules', [rule.ruleId])}>{rule.ruleId}</a>
                </td>
                <td>{rule.acted}</td>
                <td>{rule.suppressed}</td>
                <td>{rule.heldOut}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {examples.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Changed sessions">
          <table>
            <thead>
              <tr>
                <th>Session</th>
                <th>Trigger</th>
                <th>When</th>
                <th>Served</th>
                <th>Hypothetical</th>
              </tr>
            </thead>
            <tbody>
              {examples.map(one => (
                <tr key={one.sessionId + one.at}>
                  <td>
                    <a class="mono wrap" href={at('sessions', [one.sessionId])}>
                      {one.sessionId}
                    </a>
                  </td>
                  <td>{one.trigger}</td>
                  <td>
                    <Instant at={one.at} />
                  </td>
                  <td>{told(one.was)}</td>
                  <td>{told(one.wouldBe)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
