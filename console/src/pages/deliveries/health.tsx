import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { kDeliveries } from '../../sentences/deliveries.ts';
import { span, took } from '../../state/instants.ts';
import { now } from '../../state/now.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { hostOf, type Subscription } from '../../state/subscriptions.ts';
import { Tile } from '../../parts/tile.tsx';
import { Failing } from './failing.tsx';

export type Stats = components['schemas']['EndpointStats'];

const { tiles: says } = kDeliveries;
const kEvery = 15_000; // milliseconds
const kPages = 10;

// The figures of all endpoints.
async function readStats(handle: string): Promise<Stats[]> {
  const all: Stats[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < kPages; page += 1) {
    const answer = await ask(
      quietly.GET('/v2/handles/{handle}/webhooks/stats', {
        params: { path: { handle }, query: { cursor, limit: 200 } },
      }),
    );
    if (!answer.ok) break;
    all.push(...answer.data.items);
    cursor = answer.data.nextCursor ?? undefined;
    if (!cursor) break;
  }
  return all;
}

// How the endpoints do: figures of the last day, and what keeps failing.
// They are read again when `stamp` changes, so that they agree with the list below them.
export function Health({ subscriptions, stamp }: { subscriptions: Subscription[]; stamp: string }) {
  const { handle } = place.value;
  const [stats, setStats] = useState<Stats[] | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const read = await readStats(handle);
      if (isCurrent()) setStats(read);
    },
    [handle, stamp],
  );
  const names = new Map(subscriptions.map(one => [one.subscriptionId, one.description || hostOf(one.endpointUrl)]));
  return (
    <>
      {!!stats?.length && <Tiles stats={stats} nameOf={id => names.get(id) ?? id} />}
      <Failing subscriptions={subscriptions} stats={new Map((stats ?? []).map(one => [one.subscriptionId, one]))} />
    </>
  );
}

const kNumber = new Intl.NumberFormat('en');
const kShare = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const sumOf = (stats: Stats[], of: (one: Stats) => number) => stats.reduce((sum, one) => sum + of(one), 0);

function Tiles({ stats, nameOf }: { stats: Stats[]; nameOf: (subscriptionId: string) => string }) {
  const delivered = sumOf(stats, one => one.delivered),
    failed = sumOf(stats, one => one.failed),
    withdrawn = sumOf(stats, one => one.withdrawn),
    waiting = sumOf(stats, one => one.waiting);
  const ended = delivered + failed;
  const [oldest] = stats.filter(one => one.waitingSince).sort((a, b) => (a.waitingSince! < b.waitingSince! ? -1 : 1));
  const [slowest] = stats.filter(one => one.answerMs.p95 !== null).sort((a, b) => b.answerMs.p95! - a.answerMs.p95!);
  const isCut = stats.some(one => one.of >= kLooked);
  return (
    <dl class="tiles">
      <Tile
        label={says.delivered}
        figures={[
          {
            value: ended ? says.share(kShare.format((100 * delivered) / ended)) : '–',
            says: (
              <>
                {ended ? says.of(kNumber.format(delivered), kNumber.format(ended)) : says.noneEnded}
                {isCut && says.newest(kNumber.format(kLooked))}
              </>
            ),
          },
        ]}
      />
      <Tile
        label={says.waiting}
        figures={[
          {
            value: kNumber.format(waiting),
            says: oldest
              ? says.oldest(span(now.value - Date.parse(oldest.waitingSince!)), nameOf(oldest.subscriptionId))
              : says.nothingWaits,
          },
        ]}
      />
      <Tile
        label={says.failed}
        figures={[
          { value: kNumber.format(failed), says: withdrawn > 0 ? says.canceled(kNumber.format(withdrawn)) : null },
        ]}
      />
      <Tile
        label={says.p95}
        figures={[
          {
            value: slowest ? took(slowest.answerMs.p95!) : '–',
            says: slowest ? says.slowest(nameOf(slowest.subscriptionId)) : says.noResponse,
          },
        ]}
      />
    </dl>
  );
}

const kLooked = 1000; // deliveries of an endpoint that the figures are of, at most
