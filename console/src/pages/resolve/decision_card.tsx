import type { ComponentChildren } from 'preact';
import { State } from '../../parts/chip.tsx';
import { Json } from '../../parts/json.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Instant } from '../../parts/instant.tsx';
import { now } from '../../state/now.ts';
import { at } from '../../state/place.ts';
import { differences, type Decision } from '../../state/decisions.ts';
import { span } from '../../state/instants.ts';
import { kOutcomes } from '../../state/words.ts';
import { Trace } from './trace.tsx';

const kHeldBackBy: Record<string, string> = {
  limit: 'A rule matched, but its frequency limit held it back.',
  hours: 'A rule matched, but it is outside its schedule.',
  render: 'A rule matched, but a value of its message is missing.',
};

// Why the rule that a held back decision names did not act; undefined if that is not known.
const heldBackBy = ({ ruleId, explanation }: Decision) =>
  kHeldBackBy[explanation?.find(rule => rule.ruleId === ruleId)?.heldBack?.by ?? ''];

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
    <article class="card decision" aria-label={`Decision at ${trigger}`}>
      <header>
        <h3>{trigger}</h3> <State name={outcome} /> <span class="quiet small">{how}</span>
      </header>
      <p>{(outcome === 'suppressed' && heldBackBy(decision)) || kOutcomes[outcome] || ''}</p>
      {action && (
        <p class="action">
          <span class="quiet">Action</span> <strong>{action.type}</strong>{' '}
          <code class="wrap">{JSON.stringify(action.payload ?? {})}</code>
        </p>
      )}
      <dl class="facts">
        {ruleId && (
          <div>
            <dt>Rule</dt>
            <dd>
              <a href={at('rules', [ruleId])}>{ruleId}</a>
            </dd>
          </div>
        )}
        {variant && (
          <div>
            <dt>Variant</dt>
            <dd>{variant}</dd>
          </div>
        )}
        <div>
          <dt>Session version</dt>
          <dd>{sessionVersion}</dd>
        </div>
        <div>
          <dt>Rules version</dt>
          <dd>{rulesVersion}</dd>
        </div>
        <div>
          <dt>Decided</dt>
          <dd>
            <Instant at={resolvedAt} />
          </dd>
        </div>
        <div>
          <dt>Validity</dt>
          <dd>
            <Validity decision={decision} />
          </dd>
        </div>
      </dl>
      {before && <Difference was={before} is={decision} />}
      {children}
      {decision.explanation && <Trace rules={decision.explanation} chosen={ruleId} />}
      <details class="more">
        <summary>Decision envelope (JSON)</summary>
        <Json text={JSON.stringify(decision)} label={`Decision envelope for ${trigger}`} />
        <Copy text={() => JSON.stringify(decision, null, 2)} what="envelope" />
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
      <span class="quiet">
        expired <Instant at={expiresAt} />
      </span>
    );
  return (
    <span class="validity">
      <meter min={0} max={whole} value={left} aria-label="Remaining validity" /> {span(left)} left
    </span>
  );
}

function Difference({ was, is }: { was: Decision; is: Decision }) {
  const changes = differences(was, is);
  if (!changes.length) return <p class="small quiet">Same as the previous response.</p>;
  return (
    <section class="difference" aria-label="Changes since the previous response">
      <h4>Changed since the previous response</h4>
      <ul>
        {changes.map(({ what, was: before, is: after }) => (
          <li key={what}>
            <span class="what">{what}</span> was <del>{before}</del>, now <ins>{after}</ins>
          </li>
        ))}
      </ul>
    </section>
  );
}
