import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { useList } from '../../state/list.ts';
import { nameOf, type Trait, type TraitValue, type Visitor } from '../../state/people.ts';
import { at, place } from '../../state/place.ts';
import type { Moment } from '../../state/timeline.ts';
import { Said } from '../timeline.tsx';
import { inTable } from './trait_values.ts';

type Happened = components['schemas']['VisitorMoment'];
const kPage = 50;

// All that is known of a visitor over all sessions, newest first; what is scheduled stands on top.
export function Line({ visitor, traits }: { visitor: Visitor; traits: Trait[] }) {
  const { handle } = place.value,
    visitorId = nameOf(visitor);
  const [round, setRound] = useState(0);
  // Values that "Traits" masks, or that are declared so: they are read there, which the audit log records.
  const isSensitive = (name: string) =>
    !!visitor.traits[name]?.masked || traits.some(one => one.name === name && one.sensitive);
  const { items, more, fault } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/visitors/{visitorId}/timeline', {
          params: { path: { handle, visitorId }, query: { cursor, limit: kPage } },
        }),
      ),
    [handle, visitorId, round, stamp(visitor)],
  );
  return (
    <section class="card" aria-labelledby="timeline">
      <header>
        <h2 id="timeline">Timeline</h2>
        <Button kind="quiet" onPress={() => setRound(round + 1)}>
          Refresh
        </Button>
      </header>
      {fault && <FaultNote fault={fault} />}
      {items?.length === 0 && <p class="quiet">Nothing yet.</p>}
      {!!items?.length && (
        <ol class="moments">
          {items.map((one, index) => (
            <li key={`${one.at} ${index}`} class={`moment ${one.kind}`}>
              <div class="what">
                <What of={one} isSensitive={isSensitive} />
              </div>
              <div class="when small">
                <Instant at={one.at} />
                {'sessionId' in one && (
                  <>
                    {' '}
                    in{' '}
                    <a class="mono wrap" href={at('sessions', [one.sessionId])}>
                      {one.sessionId}
                    </a>
                  </>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
      {more && (
        <div>
          <Button onPress={more}>Show more</Button>
        </div>
      )}
    </section>
  );
}

// Changes with what the visitor's page shows anyway, so that the timeline follows it.
const stamp = ({ ids, sessions, traits }: Visitor) =>
  JSON.stringify([
    ids.length,
    sessions.map(one => [one.sessionId, one.version]),
    Object.values(traits).map(one => one.at),
  ]);

function What({ of: one, isSensitive }: { of: Happened; isSensitive: (name: string) => boolean }) {
  if (one.kind === 'id')
    return (
      <>
        <span class="kind">id</span> <span class="mono wrap">{one.id}</span> joined
      </>
    );
  if (one.kind === 'trait')
    return (
      <>
        <span class="kind">trait</span> <strong class="mono">{one.trait}</strong>{' '}
        <span class="value">
          {kOps[one.op]}{' '}
          {one.op === 'unset'
            ? ''
            : one.hidden || isSensitive(one.trait)
              ? 'a hidden value'
              : inTable(one.value as TraitValue)}
          {one.source && ` (${one.source})`}
        </span>
      </>
    );
  return <Said sessionId={one.sessionId} moment={one as Moment} alone />;
}

const kOps = {
  set: 'set to',
  unset: 'unset',
  setOnce: 'set once to',
  add: 'counts',
  include: 'includes',
  exclude: 'excludes',
};
