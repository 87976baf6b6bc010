import { State } from '../../../parts/chip.tsx';
import { Figures } from '../../../parts/figures.tsx';
import { Instant } from '../../../parts/instant.tsx';
import { number, percent } from '../../../state/format.ts';
import { took } from '../../../state/instants.ts';
import { at } from '../../../state/place.ts';
import { kSimulate } from '../../../sentences/simulate.ts';
import type { Simulation, Verdict } from '../simulation.ts';

const { heads } = kSimulate;

interface Props {
  simulation: Simulation;
  nameOf: (ruleId: string) => string;
}

// What a simulation has found, by rule, and examples of sessions that would have gone otherwise.
export function Found({ simulation, nameOf }: Props) {
  const { state, reason, asked, signals, tookMs, rules, changedSessions, examples } = simulation;
  if (state !== 'done')
    return (
      <p class={`callout ${state === 'cancelled' ? 'info' : 'bad'}`} role="status">
        {state === 'cancelled' ? kSimulate.canceled : kSimulate.failed(reason ?? '')}
      </p>
    );
  return (
    <section class="stack" aria-labelledby="found">
      <section class="panel" aria-labelledby="per-rule">
        <div class="phead">
          <h2 id="found">{kSimulate.found}</h2>
        </div>
        <p class="pad" role="status">
          <b>{kSimulate.changed(number(changedSessions), changedSessions === 1)}</b>{' '}
          <span class="m">{kSimulate.replayed(number(signals), number(asked), took(tookMs))}</span>
        </p>
        <h3 class="hide" id="per-rule">
          {kSimulate.perRule}
        </h3>
        {rules.length > 0 ? (
          <Figures
            label={kSimulate.perRule}
            columns={[
              { head: heads.rule },
              { head: heads.asked, figures: true },
              { head: heads.acted, figures: true },
              { head: heads.share, figures: true },
              { head: heads.sessions, figures: true },
              { head: heads.held, figures: true },
              { head: heads.control, figures: true },
            ]}
            rows={rules.map(one => ({
              key: one.ruleId,
              cells: [
                <a class="name" href={at('rules', [one.ruleId])}>
                  {nameOf(one.ruleId)}
                </a>,
                number(one.asked),
                number(one.acted),
                percent(one.acted, one.asked),
                number(one.sessions),
                number(one.suppressed),
                number(one.heldOut),
              ],
            }))}
          />
        ) : (
          <p class="pad m">{kSimulate.noRules}</p>
        )}
      </section>
      {examples.length > 0 && (
        <section class="panel" aria-labelledby="examples">
          <div class="phead">
            <h2 id="examples">{kSimulate.examples}</h2>
            <span class="m sm">{kSimulate.someOf(examples.length, changedSessions)}</span>
          </div>
          <Figures
            label={kSimulate.examples}
            columns={[
              { head: heads.session },
              { head: heads.trigger },
              { head: heads.when },
              { head: heads.served },
              { head: heads.hypothetical },
            ]}
            rows={examples.map(one => ({
              key: one.sessionId + one.at,
              cells: [
                <a class="mono name" href={at('sessions', [one.sessionId])}>
                  {one.sessionId}
                </a>,
                one.trigger,
                <Instant at={one.at} />,
                <Told verdict={one.was} nameOf={nameOf} />,
                <Told verdict={one.wouldBe} nameOf={nameOf} />,
              ],
            }))}
          />
        </section>
      )}
    </section>
  );
}

const Told = ({ verdict: { outcome, ruleId }, nameOf }: { verdict: Verdict; nameOf: Props['nameOf'] }) => (
  <span class="row">
    <State name={outcome} />
    {ruleId && <a href={at('rules', [ruleId])}>{nameOf(ruleId)}</a>}
  </span>
);
