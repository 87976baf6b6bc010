// Simulations: what other rules would have done with recorded traffic. Nothing is stored or counted.
import { api, ask, quietly, type Answer } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';

export type Simulation = components['schemas']['Simulation'];
export type Verdict = components['schemas']['Answer'];
export interface Asked {
  rules?: unknown[];
  rulesVersion?: number;
  since: string;
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
