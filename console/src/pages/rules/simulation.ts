// Simulations: what other rules would have done with recorded traffic. Nothing is stored or counted.
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';

export type Simulation = components['schemas']['Simulation'];
export type Verdict = components['schemas']['Answer'];
export interface Asked {
  rules?: unknown[];
  rulesVersion?: number;
  since: string;
  examples?: number;
}

// `by`: `quietly` for those that the user did not ask for.
export const start = (handle: string, body: Asked, by = api) =>
  ask(by.POST('/v2/handles/{handle}/chain-rules/simulate', { params: { path: { handle } }, body: body as never }));

export const look = (handle: string, simulationId: string) =>
  ask(
    quietly.GET('/v2/handles/{handle}/chain-rules/simulations/{simulationId}', {
      params: { path: { handle, simulationId } },
    }),
  );

export const stop = (handle: string, simulationId: string, by = api) =>
  ask(
    by.DELETE('/v2/handles/{handle}/chain-rules/simulations/{simulationId}', {
      params: { path: { handle, simulationId } },
    }),
  );
