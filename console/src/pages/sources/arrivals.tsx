import { useState } from 'preact/hooks';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table } from '../../parts/table.tsx';
import { kSources } from '../../sentences/sources.ts';
import { useKeys } from '../../state/keys.ts';
import { at } from '../../state/place.ts';
import { useArrivalNews } from './arrival_news.ts';
import { nameOf, type Source } from './source.ts';

type Message = components['schemas']['SourceMessage'] & { of: string };

const { arrivals: kWords } = kSources;
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
  useKeys([{ key: 'p', does: kWords.pauseKey, run: toggle }], [paused, current]);
  const sum = (name: 'accepted' | 'rejected' | 'refusedRequests') => sources.reduce((all, one) => all + one[name], 0);
  useArrivalNews({ arrived: sum('accepted'), refused: sum('rejected') + sum('refusedRequests') });
  return (
    <Panel
      title={kWords.title}
      beside={
        <Button keyHint="p" onPress={toggle} pressed={!!paused}>
          {paused ? kWords.resume : kWords.pause}
        </Button>
      }
      foot={
        <p>
          {kWords.about(kShown)} <Instant at={since} />
          {kWords.others} <a href={at('live')}>{kWords.live}</a> {kWords.and}{' '}
          <a href={at('sessions')}>{kWords.sessions}</a>.
        </p>
      }
    >
      {shown.length === 0 ? (
        <Empty says={kWords.empty} />
      ) : (
        <Table
          label={kWords.label}
          heads={kWords.heads}
          rows={shown.map((one, index) => ({
            key: `${one.at} ${one.sessionId} ${one.signalKey} ${index}`,
            cells: [
              <Instant key="at" at={one.at} />,
              <span key="signal" class="wrap">
                {one.signalKey}
              </span>,
              <span key="library" class="wrap">
                {one.library ?? kWords.none}
              </span>,
              <span key="of" class="wrap">
                {one.of}
              </span>,
              <a key="session" class="wrap" href={at('sessions', [one.sessionId])}>
                {one.sessionId}
              </a>,
              one.cut.length > 0 ? <Cut key="cut" names={one.cut} /> : kWords.complete,
            ],
          }))}
        />
      )}
    </Panel>
  );
}

const Cut = ({ names }: { names: string[] }) => (
  <span class="wrap">
    <Chip tone="warn">{kWords.cut}</Chip> {names.join(', ')}
  </span>
);
