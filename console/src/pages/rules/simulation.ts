// Simulations: what other rules would have done with recorded traffic. Nothing is stored or counted.
import { api, ask, quietly, type Answer } from '../../api/client.ts';

export interface RuleOutcome {
  ruleId: string;
  acted: number;
  suppressed: number;
  heldOut: number;
}
export interface Verdict {
  outcome: string;
  ruleId: string | null;
}
export interface Changed {
  sessionId: string;
  trigger: string;
  at: string;
  was: Verdict;
  wouldBe: Verdict;
}
export interface Simulation {
  simulationId: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  progress: number;
  reason?: string | null; // why it failed
  signals: number; // replayed
  tookMs: number;
  asked: number;
  rules: RuleOutcome[];
  changedSessions: number;
  examples: Changed[];
}
export interface Asked {
  rules?: unknown[];
  rulesVersion?: number;
  since: string;
  until?: string;
}

export const start = (handle: string, body: Asked) =>
  ask(
    api.POST('/v2/handles/{handle}/chain-rules/simulate' as never, { params: { path: { handle } }, body } as never),
  ) as Promise<Answer<Simulation>>;

export const look = (handle: string, simulationId: string) =>
  ask(
    quietly.GET(
      '/v2/handles/{handle}/chain-rules/simulations/{simulationId}' as never,
      { params: { path: { handle, simulationId } } } as never,
    ),
  ) as Promise<Answer<Simulation>>;

export const stop = (handle: string, simulationId: string) =>
  ask(
    api.DELETE(
      '/v2/handles/{handle}/chain-rules/simulations/{simulationId}' as never,
      { params: { path: { handle, simulationId } } } as never,
    ),
  ) as Promise<Answer<unknown>>;
