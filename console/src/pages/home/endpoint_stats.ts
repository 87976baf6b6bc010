// The endpoints of a handle and how they do, asked for again and again; nothing for a role that may not read them.
import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { closedBelow } from '../../parts/gate.ts';
import { usePoll } from '../../state/poll.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';

export type Stats = components['schemas']['EndpointStats'];

export interface EndpointsOf {
  all: Subscription[] | null; // null: not loaded yet
  stats: Map<string, Stats>;
  fault: Fault | null;
  closed: string; // why they may not be read
}

const kEvery = 15_000; // milliseconds
const kMost = 200;

export function useEndpoints(handle: string): EndpointsOf {
  const closed = closedBelow('OPERATOR');
  const [found, setFound] = useState<Omit<EndpointsOf, 'closed'>>({ all: null, stats: new Map(), fault: null });
  usePoll(
    kEvery,
    async isCurrent => {
      if (closed) return;
      const params = { path: { handle }, query: { limit: kMost } };
      const [list, stats] = await Promise.all([
        ask(quietly.GET('/v2/handles/{handle}/webhooks', { params })),
        ask(quietly.GET('/v2/handles/{handle}/webhooks/stats', { params })),
      ]);
      if (!isCurrent()) return;
      setFound(before => ({
        all: list.ok ? list.data.items : before.all,
        stats: stats.ok ? new Map(stats.data.items.map(one => [one.subscriptionId, one])) : before.stats,
        fault: list.ok ? (stats.ok ? null : stats.fault) : list.fault,
      }));
    },
    [handle, closed],
  );
  return { ...found, closed };
}

export const nameOfEndpoint = ({ description, endpointUrl }: Subscription) => description || hostOf(endpointUrl);
