import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import type { components } from '../api/described.d.ts';
import type { Fault } from '../api/fault.ts';
import { Copy } from '../parts/copy.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { Arrivals } from './sources/arrivals.tsx';
import { Libraries } from './sources/libraries.tsx';
import { Refused } from './sources/refused.tsx';

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
      <h1>Sources</h1>
      <p class="lead">Send with the libraries that you already use, and see what arrives.</p>
      <section class="card" aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          <div>
            <dt>In a browser</dt>
            <dd>
              <code>{handle}</code> <Copy text={handle} what="key" />
            </dd>
          </div>
          <div>
            <dt>On a server</dt>
            <dd>
              An access token with the scope <code>chain.signal.write</code>: <a href={at('tokens')}>create one</a>. It
              is refused in a page.
            </dd>
          </div>
        </dl>
      </section>
      <Libraries handle={handle} />
      {fault && <FaultNote fault={fault} />}
      {seen && <Arrivals key={handle} seen={seen} />}
      {seen && <Refused seen={seen} />}
    </>
  );
}
