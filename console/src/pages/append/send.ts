// Appends signals as a visitor's page would, and measures how soon a decision sees them.
import { api, ask, quietly, type Answer } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { finish, stir } from '../../state/playbook.ts';

export type Accepted = components['schemas']['SignalsAccepted'];
type Body = components['schemas']['PublicNewSignals'];

export interface Appended {
  accepted: Accepted;
  answeredIn: number; // milliseconds from sending to the 202
  seenAfter: number | null; // milliseconds from the 202 to the response of a decision that saw it; null if none did
}

export async function append(body: Body): Promise<Answer<Appended>> {
  const answer = await ask(api.POST('/v2/public/chain/signals', { body }));
  stir();
  if (!answer.ok) return answer;
  finish('append');
  const accepted = answer.data as Accepted;
  const began = performance.now();
  const { handle, sessionId } = body;
  const seen = await ask(
    quietly.POST('/v2/handles/{handle}/chain/prefetch', {
      params: { path: { handle } },
      body: { sessionId, triggers: ['checkout'] },
    }),
  );
  const version = seen.ok && 'sessionVersion' in seen.data ? seen.data.sessionVersion : -1;
  const seenAfter = version >= accepted.version ? performance.now() - began : null;
  return { ...answer, data: { accepted, answeredIn: answer.exchange.took, seenAfter } };
}
