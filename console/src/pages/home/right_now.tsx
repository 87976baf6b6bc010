import { useEffect, useMemo, useState } from 'preact/hooks';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { span } from '../../state/instants.ts';
import { hour, number } from '../../state/format.ts';
import { Live } from '../../state/live.ts';
import { now } from '../../state/now.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { clock } from '../../state/preferences.ts';
import { token } from '../../state/sign_in.ts';
import { kHome } from '../../sentences/home.ts';
import { askAnalytics } from '../rules/counted.ts';
import { nameOfEndpoint, type EndpointsOf } from './endpoint_stats.ts';
import { perMinute } from './pace.ts';
import { Panel } from './panel.tsx';

const kEvery = 10_000; // milliseconds
const kHour = 3_600_000;
const kOff = new Set(['connecting', 'waiting', 'over']); // states of a feed that brings nothing

export function RightNow({ endpoints }: { endpoints: EndpointsOf }) {
  const { handle } = place.value;
  const closed = closedBelow('OPERATOR');
  return closed ? (
    <Panel id="now" title={kHome.now} closed={closed}>
      {null}
    </Panel>
  ) : (
    <Watched key={handle} handle={handle} endpoints={endpoints} />
  );
}

function Watched({ handle, endpoints }: { handle: string; endpoints: EndpointsOf }) {
  const live = useMemo(() => new Live(handle), [handle, token.value]);
  useEffect(() => () => live.close(), [live]);
  live.round.value; // read to subscribe to it
  const { state } = live.connection.value;
  const signals = live.lines.filter(one => one.kind === 'signal').map(one => Date.parse(one.at));
  const decisions = useDecisions(handle);
  const oldest = (endpoints.all ?? [])
    .flatMap(one => {
      const since = endpoints.stats.get(one.subscriptionId)?.waitingSince;
      return since ? [{ since, name: nameOfEndpoint(one), id: one.subscriptionId }] : [];
    })
    .sort((a, b) => Date.parse(a.since) - Date.parse(b.since))[0];
  const isOn = !kOff.has(state);
  return (
    <Panel
      id="now"
      title={kHome.now}
      side={
        <span class={`chip ${isOn ? 'good' : ''}`}>
          <Icon name="pulse" />
          {isOn ? kHome.live : state === 'connecting' ? kHome.connecting : kHome.notLive}
        </span>
      }
    >
      <dl class="kv pad">
        <dt>{kHome.signals}</dt>
        <dd class="n b">
          {isOn ? kHome.perMinute(number(perMinute(signals, now.value, !live.letGo.value))) : kHome.none}
        </dd>
        <dt>{kHome.decisions}</dt>
        <dd class="n b">
          {decisions === null ? (
            kHome.none
          ) : (
            <>
              {kHome.decisionsSince(number(decisions.count), hour(decisions.since / 1000, clock.value === 'utc'))}
              <div class="m">{kHome.onAverage(decisions.pace)}</div>
            </>
          )}
        </dd>
        <dt>{kHome.oldest}</dt>
        <dd class="n b">
          {oldest ? (
            <>
              {span(now.value - Date.parse(oldest.since))}{' '}
              <a href={at('deliveries', [], { subscription: oldest.id })}>{oldest.name}</a>
            </>
          ) : (
            kHome.nothingWaits
          )}
        </dd>
      </dl>
    </Panel>
  );
}

// Of the current hour and the one before: decisions are counted by the hour.
function useDecisions(handle: string) {
  const [found, setFound] = useState<{ count: number; pace: string; since: number } | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const since = Math.floor(Date.now() / kHour) * kHour - kHour;
      const answer = await askAnalytics(handle, { since: String(since), bucket: 'hour' });
      if (!answer.ok || !isCurrent()) return;
      const count = answer.data.triggers.reduce((sum, one) => sum + one.asked, 0);
      const minutes = (Date.now() - since) / 60_000;
      setFound({ count, pace: (count / minutes).toFixed(1), since });
    },
    [handle],
  );
  return found;
}
