// The decisions requested on this page: the latest of each trigger and the one before it.
import { signal } from '@preact/signals';
import { api, ask } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import type { Decision } from '../../state/decisions.ts';
import { finish, stir } from '../../state/playbook.ts';

export interface Given {
  decision: Decision;
  before?: Decision;
  how: string;
}

const given = signal<Record<string, Given>>({});
export const keyOf = (sessionId: string, trigger: string) => `${sessionId} ${trigger}`;
export const lastOf = (sessionId: string, trigger: string): Given | undefined => given.value[keyOf(sessionId, trigger)];

function keep(decision: Decision, how: string) {
  const key = keyOf(decision.sessionId, decision.trigger);
  given.value = { ...given.value, [key]: { decision, how, before: given.value[key]?.decision } };
}

export async function resolve(handle: string, sessionId: string, triggers: string[]): Promise<Fault | null> {
  for (const trigger of triggers) {
    const answer = await ask(
      api.POST('/v2/handles/{handle}/chain/resolve', { params: { path: { handle } }, body: { sessionId, trigger } }),
    );
    if (!answer.ok) return answer.fault;
    keep(answer.data as unknown as Decision, 'resolved');
  }
  finish('resolve');
  stir();
  return null;
}

export async function prefetch(handle: string, sessionId: string, triggers: string[]): Promise<Fault | null> {
  const answer = await ask(
    api.POST('/v2/handles/{handle}/chain/prefetch', { params: { path: { handle } }, body: { sessionId, triggers } }),
  );
  if (!answer.ok) return answer.fault;
  if ('decisions' in answer.data)
    for (const decision of answer.data.decisions) keep(decision as unknown as Decision, 'prefetched, not counted');
  finish('resolve');
  stir();
  return null;
}

// Evaluates at another time with current data. Nothing is counted or recorded.
export async function wouldBe(
  handle: string,
  sessionId: string,
  trigger: string,
  at: string,
): Promise<{ decision?: Decision; fault?: Fault }> {
  const answer = await ask(
    api.POST('/v2/handles/{handle}/chain/resolve', {
      params: { path: { handle }, query: { at } as never },
      body: { sessionId, trigger },
    }),
  );
  return answer.ok ? { decision: answer.data as unknown as Decision } : { fault: answer.fault };
}
