import { FaultNote } from '../../parts/fault_note.tsx';
import { Figures } from '../../parts/figures.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Spark } from '../../parts/spark.tsx';
import { number, share } from '../../state/format.ts';
import { at } from '../../state/place.ts';
import type { Subscription } from '../../state/subscriptions.ts';
import { kHome } from '../../sentences/home.ts';
import { nameOfEndpoint, type EndpointsOf, type Stats } from './endpoint_stats.ts';
import { Panel } from './panel.tsx';

const { heads } = kHome;

export function Endpoints({ endpoints: { all, stats, fault, closed } }: { endpoints: EndpointsOf }) {
  return (
    <Panel
      id="endpoints"
      title={kHome.endpoints}
      note={kHome.last24}
      closed={closed}
      side={<a href={at('deliveries')}>{kHome.allDeliveries}</a>}
    >
      {fault && <FaultNote fault={fault} />}
      {all?.length === 0 && (
        <div class="pad row">
          <p class="m sm">{kHome.noEndpoints}</p>
          <a class="btn" href={at('endpoints', ['+'])}>
            {kHome.newEndpoint}
          </a>
        </div>
      )}
      {!!all?.length && (
        <Figures
          label={kHome.endpoints}
          columns={[
            { head: heads.endpoint },
            { head: heads.status },
            { head: heads.delivered, figures: true },
            { head: heads.waiting, figures: true },
            { head: heads.trend },
          ]}
          rows={all.map(one => {
            const found = stats.get(one.subscriptionId);
            return {
              key: one.subscriptionId,
              cells: [
                <a class="name" href={at('deliveries', [], { subscription: one.subscriptionId })}>
                  {nameOfEndpoint(one)}
                </a>,
                <Status of={one} found={found} />,
                found && found.share !== null ? (
                  <span class="amount">{kHome.delivered(number(found.delivered), share(found.share))}</span>
                ) : (
                  kHome.none
                ),
                found ? number(found.waiting) : kHome.none,
                found && (
                  <Spark
                    label={kHome.deliveredTrend(nameOfEndpoint(one))}
                    values={found.hours.map(hour => hour.delivered)}
                  />
                ),
              ],
            };
          })}
        />
      )}
    </Panel>
  );
}

function Status({ of: { enabled, circuit }, found }: { of: Subscription; found: Stats | undefined }) {
  if (!enabled)
    return (
      <span class="chip warn">
        <Icon name="pause" />
        {kHome.disabled}
      </span>
    );
  if (found?.failingSince)
    return (
      <span class="chip bad">
        <Icon name="close" />
        <span>
          {kHome.failingSince} <Instant at={found.failingSince} />
        </span>
      </span>
    );
  if (circuit === 'open')
    return (
      <span class="chip bad">
        <Icon name="close" />
        {kHome.failing}
      </span>
    );
  return (
    <span class="chip good">
      <Icon name="check" />
      {kHome.healthy}
    </span>
  );
}
