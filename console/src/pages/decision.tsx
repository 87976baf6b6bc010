import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Callout } from '../parts/callout.tsx';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { kDecision } from '../sentences/sessions.ts';
import type { Decision } from '../state/decisions.ts';
import { useObject } from '../state/object.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { read, type Session } from '../state/timeline.ts';
import { DecisionCard } from './resolve/decision_card.tsx';

// A recorded decision, and the result of evaluating it again with the signals it saw.
type Recorded = Decision & { same: boolean | null; lacking: string | null };

function again({ same, lacking }: Recorded) {
  if (same) return kDecision.same;
  return lacking ? kDecision.lacking(lacking) : kDecision.different;
}

export function DecisionPage() {
  const {
    handle,
    more: [decisionId = ''],
    query,
  } = place.value;
  const sessionId = query.get('session') ?? '';
  const [decision, setDecision] = useState<Recorded | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [session, setSession] = useState<Session | null>(null);
  useObject(decisionId);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(
        quietly.GET(
          '/v2/handles/{handle}/decisions/{decisionId}' as never,
          { params: { path: { handle, decisionId } } } as never,
        ),
      );
      const got = !answer.ok && sessionId ? await read(handle, sessionId) : null;
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      setDecision(answer.ok ? (answer.data as Recorded) : null);
      setSession(got?.session ?? null);
    },
    [handle, decisionId],
  );
  const past = session?.decisions.find(one => one.decisionId === decisionId);
  const found = decision ?? past;
  return (
    <>
      <PageHead
        title={found ? kDecision.at(found.trigger) : kDecision.title}
        chip={found && <State name={found.outcome} />}
        says={<span class="mono sm wrap">{decisionId}</span>}
      >
        <a class="btn" href={at('sessions', sessionId ? [sessionId] : [])}>
          {sessionId ? kDecision.back.session : kDecision.back.sessions}
        </a>
      </PageHead>
      {decision && (
        <>
          <Callout tone={decision.same ? 'info' : 'warn'}>{again(decision)}</Callout>
          <h2>{kDecision.asServed}</h2>
          <DecisionCard decision={decision} how={kDecision.recorded} />
        </>
      )}
      {past && !decision && (
        <section class="panel" aria-labelledby="past">
          <div class="phead">
            <h2 id="past">{past.trigger}</h2> <State name={past.outcome} />
          </div>
          <dl class="kv pad">
            {past.ruleId && (
              <>
                <dt>{kDecision.rule}</dt>
                <dd>
                  <a href={at('rules', [past.ruleId])}>{past.ruleId}</a>
                </dd>
              </>
            )}
            <dt>{kDecision.decided}</dt>
            <dd class="n">
              <Instant at={past.resolvedAt} />
            </dd>
            <dt>{kDecision.sessionVersion}</dt>
            <dd class="n">{past.sessionVersion}</dd>
            <dt>{kDecision.rulesVersion}</dt>
            <dd class="n">{past.rulesVersion}</dd>
          </dl>
        </section>
      )}
      {fault && !(past && fault.status === 404) && <FaultNote fault={fault} />}
    </>
  );
}
