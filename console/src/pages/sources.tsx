import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Copy } from '../parts/copy.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kSources } from '../sentences/sources.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { Arrivals } from './sources/arrivals.tsx';
import { Libraries } from './sources/libraries.tsx';
import { Refused } from './sources/refused.tsx';

const { keys: kWords } = kSources;
const kEvery = 2_000; // milliseconds

// The libraries of other systems that send here: how to set one up, what arrives, and what does not.
export function SourcesPage() {
  const { handle } = place.value;
  const [seen, setSeen] = useState<components['schemas']['Sources'] | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    kEvery,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/handles/{handle}/sources', { params: { path: { handle } } }));
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setSeen(answer.data);
    },
    [handle],
  );
  return (
    <>
      <PageHead title={kSources.title} says={kSources.says} />
      <Panel title={kWords.title}>
        <dl class="kv pad">
          <dt>{kWords.inBrowser}</dt>
          <dd>
            <code>{handle}</code> <Copy text={handle} what={kWords.what} />
          </dd>
          <dt>{kWords.onServer}</dt>
          <dd>
            <Ticked text={kWords.ofServer} /> <a href={at('tokens')}>{kWords.create}</a>. {kWords.refused}
          </dd>
        </dl>
      </Panel>
      <Libraries handle={handle} />
      {fault && <FaultNote fault={fault} />}
      {seen && <Arrivals key={handle} seen={seen} />}
      {seen && <Refused seen={seen} />}
    </>
  );
}
