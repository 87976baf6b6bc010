import { useState } from 'preact/hooks';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { useKeys } from '../../state/keys.ts';
import { at } from '../../state/place.ts';
import { Announcer } from './announcer.tsx';
import { nameOf, type Source } from './source.ts';

type Message = components['schemas']['SourceMessage'] & { of: string };

const kShown = 50;

function newest(sources: Source[]): Message[] {
  const all = sources.flatMap(source => source.messages.map(one => ({ ...one, of: nameOf(source) })));
  return all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, kShown);
}

// The last messages of all keys, newest first.
export function Arrivals({ seen: { since, sources } }: { seen: components['schemas']['Sources'] }) {
  const [paused, setPaused] = useState<Message[] | null>(null);
  const current = newest(sources),
    shown = paused ?? current;
  const toggle = () => setPaused(paused ? null : current);
  useKeys([{ key: 'p', does: 'pause or resume', run: toggle }], [paused, current]);
  const sum = (name: 'accepted' | 'rejected' | 'refusedRequests') => sources.reduce((all, one) => all + one[name], 0);
  return (
    <section class="card" aria-labelledby="arrived">
      <header>
        <h2 id="arrived">Arrived</h2>
        <Button keyHint="p" onPress={toggle} pressed={!!paused}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </header>
      {shown.length === 0 ? (
        <Empty says="No messages yet since the server started. Run the code above." />
      ) : (
        <Table
          label="Messages that arrived, newest first"
          heads={['Received', 'Signal', 'Library', 'Key', 'Session', 'Properties']}
          rows={shown.map((one, index) => ({
            key: `${one.at} ${one.sessionId} ${one.signalKey} ${index}`,
            cells: [
              <Instant key="at" at={one.at} />,
              <span key="signal" class="wrap">
                {one.signalKey}
              </span>,
              <span key="library" class="wrap">
                {one.library ?? '–'}
              </span>,
              <span key="of" class="wrap">
                {one.of}
              </span>,
              <a key="session" class="wrap" href={at('sessions', [one.sessionId])}>
                {one.sessionId}
              </a>,
              one.cut.length > 0 ? <Cut key="cut" names={one.cut} /> : 'complete',
            ],
            actions: false,
          }))}
        />
      )}
      <p class="small quiet">
        The last {kShown} of what other systems’ libraries sent since the server started, <Instant at={since} />. With
        other signals they are under <a href={at('live')}>Live</a> and <a href={at('sessions')}>Sessions</a>.
      </p>
      <Announcer arrived={sum('accepted')} refused={sum('rejected') + sum('refusedRequests')} />
    </section>
  );
}

const Cut = ({ names }: { names: string[] }) => (
  <span class="wrap">
    <State name="retrying">cut</State> {names.join(', ')}
  </span>
);
