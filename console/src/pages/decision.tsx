import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { State } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { Instant } from '../parts/instant.tsx';
import type { Decision } from '../state/decisions.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { read, type Session } from '../state/timeline.ts';
import { DecisionCard } from './resolve/decision_card.tsx';

// A recorded decision, and the result of evaluating it again with the signals it saw.
type Recorded = Decision & { same: boolean | null; lacking: string | null };

function again({ same, lacking }: Recorded) {
  if (same) return 'Re-evaluated: same result.';
  return lacking
    ? `Re-evaluated: different result, because some of its data is missing: ${lacking}.`
    : 'Re-evaluated: different result.';
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
  return (
    <>
      <div class="title">
        <p class="back">
          {sessionId ? <a href={at('sessions', [sessionId])}>Session</a> : <a href={at('sessions')}>Sessions</a>}
        </p>
        <h1>Decision</h1>
        <p class="mono small wrap">{decisionId}</p>
      </div>
      {decision && (
        <>
          <h2>As served</h2>
          <p>{again(decision)}</p>
          <DecisionCard decision={decision} how="recorded" />
        </>
      )}
      {past && !decision && (
        <section class="card">
          <header>
            <h2>{past.trigger}</h2> <State name={past.outcome} />
          </header>
          <dl class="facts">
            {past.ruleId && (
              <div>
                <dt>Rule</dt>
                <dd>
                  <a href={at('rules', [past.ruleId])}>{past.ruleId}</a>
                </dd>
              </div>
            )}
            <div>
              <dt>Decided</dt>
              <dd>
                <Instant at={past.resolvedAt} />
              </dd>
            </div>
            <div>
              <dt>Session version</dt>
              <dd>{past.sessionVersion}</dd>
            </div>
            <div>
              <dt>Rules version</dt>
              <dd>{past.rulesVersion}</dd>
            </div>
          </dl>
        </section>
      )}
      {fault && !(past && fault.status === 404) && <FaultNote fault={fault} />}
    </>
  );
}
