import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Callout } from '../parts/callout.tsx';
import { Chip } from '../parts/chip.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelowAdmin } from '../parts/gate.ts';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { kCluster } from '../sentences/cluster.ts';
import { usePoll } from '../state/poll.ts';
import { rangesOf } from '../state/shards.ts';

type Nodes = components['schemas']['Nodes'];

// The nodes that share the database.
export function ClusterPage() {
  const closed = closedBelowAdmin();
  return (
    <>
      <PageHead title={kCluster.title} says={kCluster.says} />
      {closed ? <Callout tone="warn">{closed}</Callout> : <Cluster />}
    </>
  );
}

function Cluster() {
  const [nodes, setNodes] = useState<Nodes | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    2_000,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/platform-admin/nodes'));
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setNodes(answer.data);
    },
    [],
  );
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      {nodes?.self === null && <Callout tone="info">{kCluster.alone}</Callout>}
      {!!nodes?.unowned.length && <Callout tone="warn">{kCluster.unowned(rangesOf(nodes.unowned))}</Callout>}
      {!!nodes?.items.length && (
        <Panel title={kCluster.nodes}>
          <Table
            label={kCluster.nodes}
            heads={kCluster.heads}
            rows={nodes.items.map(({ name, address, shards, leaseSeconds }) => ({
              key: name,
              cells: [
                <span key="name" class="wrap">
                  {name} {name === nodes.self && <Chip tone="info">{kCluster.self}</Chip>}
                </span>,
                shards.length ? kCluster.shards(rangesOf(shards), shards.length) : kCluster.nothing,
                <Lease key="lease" seconds={leaseSeconds} />,
                address ?? kCluster.none,
              ],
            }))}
          />
        </Panel>
      )}
    </>
  );
}

function Lease({ seconds }: { seconds: number }) {
  const said = Math.abs(seconds).toFixed(1);
  return seconds > 0 ? <Chip tone="good">{kCluster.left(said)}</Chip> : <Chip tone="bad">{kCluster.over(said)}</Chip>;
}
