import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { closedBelow } from '../../parts/gate.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Instant } from '../../parts/instant.tsx';
import { TimelineList } from '../../parts/timeline_list.tsx';
import type { KnownRule } from '../../state/known_rules.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { sentence } from '../../state/words.ts';
import { kHome } from '../../sentences/home.ts';
import { isLiveDelayed, isReceived } from '../rules/due.ts';
import { nameOfEndpoint, type EndpointsOf } from './endpoint_stats.ts';
import { Panel } from './panel.tsx';

type Token = components['schemas']['Token'];

interface Issue {
  key: string;
  icon: IconName;
  tone: 'bad' | 'warn';
  title: string;
  link: string;
  says: preact.ComponentChildren;
}

const kSoon = 7 * 86_400_000; // milliseconds within which a token's end is worth knowing
const kMostRules = 30; // whose warnings are asked for
const kNeverActs = new Set(['never_true', 'shadowed']);

// Endpoints that fail or are disabled, rules that never act, and tokens that end soon.
export function Attention({ endpoints, rules }: { endpoints: EndpointsOf; rules: KnownRule[] }) {
  const closed = closedBelow('OPERATOR');
  const warned = useWarned(rules),
    tokens = useTokens(closed);
  const issues = [
    ...issuesOfEndpoints(endpoints),
    ...issuesOfDelayed(rules, endpoints),
    ...warned,
    ...issuesOfTokens(tokens, Date.now()),
  ];
  return (
    <Panel
      id="attention"
      title={kHome.attention}
      side={
        issues.length > 0 && (
          <span class={`chip ${issues.some(one => one.tone === 'bad') ? 'bad' : 'warn'}`}>
            <Icon name="alert" />
            {kHome.issues(issues.length)}
          </span>
        )
      }
    >
      {issues.length === 0 && <p class="pad m sm">{closed ? kHome.rulesGood : kHome.allGood}</p>}
      {issues.length > 0 && (
        <div class="pad">
          <TimelineList
            entries={issues.map(({ link, title, says, ...issue }) => ({
              ...issue,
              what: (
                <a class="b" href={link}>
                  {title}
                </a>
              ),
              more: <p>{says}</p>,
              at: null,
            }))}
          />
        </div>
      )}
      {closed && (
        <p class="pfoot closed-part">
          {kHome.unknownTo} {closed}
        </p>
      )}
    </Panel>
  );
}

function issuesOfEndpoints({ all, stats }: EndpointsOf): Issue[] {
  return (all ?? []).flatMap((one): Issue[] => {
    const { subscriptionId, enabled, disabledReason, circuit, nextProbeAt } = one;
    const link = at('deliveries', [], { subscription: subscriptionId }),
      name = nameOfEndpoint(one),
      found = stats.get(subscriptionId);
    const common = { key: subscriptionId, icon: 'send' as const, link };
    if (!enabled)
      return [
        {
          ...common,
          tone: 'warn',
          title: kHome.isDisabled(name),
          says: disabledReason ? `${sentence(disabledReason)} ${kHome.disabledSays}` : kHome.disabledSays,
        },
      ];
    if (circuit !== 'open' && !found?.failingSince) return [];
    return [
      {
        ...common,
        tone: 'bad',
        title: kHome.isFailing(name),
        says: (
          <>
            {found && kHome.failingSays(found.waiting)}{' '}
            {nextProbeAt && (
              <>
                {kHome.nextProbe}: <Instant at={nextProbeAt} />
              </>
            )}
          </>
        ),
      },
    ];
  });
}

// Live delayed rules whose messages no enabled endpoint receives.
function issuesOfDelayed(rules: KnownRule[], { all }: EndpointsOf): Issue[] {
  if (!all || isReceived(all)) return [];
  return rules.filter(isLiveDelayed).map(({ ruleId, name }) => ({
    key: `due ${ruleId}`,
    icon: 'clock',
    tone: 'bad',
    title: kHome.isUnreceived(name || ruleId),
    link: at('rules', [ruleId]),
    says: kHome.unreceivedSays,
  }));
}

function issuesOfTokens(tokens: Token[], now: number): Issue[] {
  return tokens.flatMap(({ tokenId, name, expiresAt, lastUsedAt }): Issue[] => {
    const ends = expiresAt ? Date.parse(expiresAt) : Infinity;
    if (ends > now + kSoon) return [];
    return [
      {
        key: tokenId,
        icon: 'key',
        tone: 'warn',
        title: ends <= now ? kHome.tokenExpired(name) : kHome.tokenExpires(name),
        link: at('tokens'),
        says: (
          <>
            <Instant at={expiresAt} />
            {'. '}
            {lastUsedAt ? (
              <>
                {kHome.lastUsed}: <Instant at={lastUsedAt} />
              </>
            ) : (
              kHome.neverUsed
            )}
          </>
        ),
      },
    ];
  });
}

// Only a rule by itself says its warnings. Asked for again when the rules have changed.
function useWarned(rules: KnownRule[]): Issue[] {
  const { handle } = place.value;
  const [found, setFound] = useState<Issue[]>([]);
  const live = rules.filter(one => (one.status ?? 'live') === 'live').slice(0, kMostRules);
  usePoll(
    0,
    async isCurrent => {
      const issues: Issue[] = [];
      for (const { ruleId } of live) {
        const answer = await ask(
          quietly.GET('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path: { handle, ruleId } } }),
        );
        if (!isCurrent()) return;
        const warning = answer.ok && answer.data.warnings?.find(one => kNeverActs.has(one.kind));
        if (warning)
          issues.push({
            key: ruleId,
            icon: 'bolt',
            tone: 'warn',
            title: kHome.neverActs((answer.ok && answer.data.name) || ruleId),
            link: at('rules', [ruleId]),
            says: warning.message,
          });
      }
      setFound(issues);
    },
    [handle, live.map(one => `${one.ruleId} ${one.updatedAt}`).join()],
  );
  return found;
}

function useTokens(closed: string): Token[] {
  const { handle } = place.value;
  const [found, setFound] = useState<Token[]>([]);
  usePoll(
    0,
    async isCurrent => {
      if (closed) return;
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/tokens', { params: { path: { handle }, query: { limit: 200 } } }),
      );
      if (answer.ok && isCurrent()) setFound(answer.data.items);
    },
    [handle, closed],
  );
  return found;
}
