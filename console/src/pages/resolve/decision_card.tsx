import './decision_card.css';
import { Fragment, type ComponentChildren } from 'preact';
import { State } from '../../parts/chip.tsx';
import { Json } from '../../parts/json.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Instant } from '../../parts/instant.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { changesOf } from '../../state/audit.ts';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { differences, type Decision } from '../../state/decisions.ts';
import { span } from '../../state/instants.ts';
import { kOutcomes } from '../../state/words.ts';
import { Trace } from './trace.tsx';

const kSays = kPlaybook.decision;

// Why the rule that a held back decision names did not act; undefined if that is not known.
const heldBackBy = ({ ruleId, explanation }: Decision) =>
  kSays.heldBackBy[explanation?.find(rule => rule.ruleId === ruleId)?.heldBack?.by ?? ''];

// One decision in words, its reasons, and the envelope as JSON.
export function DecisionCard({
  decision,
  before,
  how,
  children,
}: {
  decision: Decision;
  before?: Decision;
  how: string;
  children?: ComponentChildren;
}) {
  const { outcome, trigger, ruleId, variant, action, sessionVersion, rulesVersion, resolvedAt } = decision;
  return (
    <article class="panel pad stack s decision" aria-label={kSays.label(trigger)}>
      <header class="row">
        <h3>{trigger}</h3> <State name={outcome} /> <span class="m sm">{how}</span>
      </header>
      <p>{(outcome === 'suppressed' && heldBackBy(decision)) || kOutcomes[outcome] || ''}</p>
      {action && (
        <div class="action stack s">
          <p>
            <span class="m">{kSays.action}</span> <strong>{action.type}</strong>
          </p>
          <dl class="kv">
            {changesOf(null, action.payload ?? {}).map(({ path, is }) => (
              <Fragment key={path}>
                <dt>
                  <code>{path}</code>
                </dt>
                <dd>{is}</dd>
              </Fragment>
            ))}
          </dl>
        </div>
      )}
      <dl class="facts">
        {ruleId && (
          <div>
            <dt>{kSays.rule}</dt>
            <dd>
              <a href={at('rules', [ruleId])}>{ruleId}</a>
            </dd>
          </div>
        )}
        {variant && (
          <div>
            <dt>{kSays.variant}</dt>
            <dd>{variant}</dd>
          </div>
        )}
        <div>
          <dt>{kSays.sessionVersion}</dt>
          <dd>{sessionVersion}</dd>
        </div>
        <div>
          <dt>{kSays.rulesVersion}</dt>
          <dd>{rulesVersion}</dd>
        </div>
        <div>
          <dt>{kSays.decided}</dt>
          <dd>
            <Instant at={resolvedAt} />
          </dd>
        </div>
        <div>
          <dt>{kSays.validity}</dt>
          <dd>
            <Validity decision={decision} />
          </dd>
        </div>
      </dl>
      {before && <Difference was={before} is={decision} />}
      {children}
      {decision.explanation && <Trace rules={decision.explanation} chosen={ruleId} />}
      <details>
        <summary>{kSays.envelope}</summary>
        <Json text={JSON.stringify(decision)} label={kSays.envelopeOf(trigger)} />
        <Copy text={() => JSON.stringify(decision, null, 2)} what={kSays.envelopeWhat} />
      </details>
    </article>
  );
}

function Validity({ decision: { resolvedAt, expiresAt } }: { decision: Decision }) {
  const until = Date.parse(expiresAt),
    left = until - now.value,
    whole = until - Date.parse(resolvedAt);
  if (left <= 0)
    return (
      <span class="m">
        {kSays.expired} <Instant at={expiresAt} />
      </span>
    );
  return (
    <span class="validity">
      <meter min={0} max={whole} value={left} aria-label={kSays.remaining} /> {kSays.left(span(left))}
    </span>
  );
}

function Difference({ was, is }: { was: Decision; is: Decision }) {
  const changes = differences(was, is);
  if (!changes.length) return <p class="m sm">{kSays.same}</p>;
  return (
    <section class="difference" aria-label={kSays.changes}>
      <h4>{kSays.changed}</h4>
      <ul>
        {changes.map(({ what, was: before, is: after }) => (
          <li key={what}>
            <span class="what">{what}</span> {kSays.was} <del>{before}</del>
            {kSays.now} <ins>{after}</ins>
          </li>
        ))}
      </ul>
    </section>
  );
}
