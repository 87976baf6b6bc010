import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Segments } from '../../parts/segments.tsx';
import { TimelineList, type Entry } from '../../parts/timeline_list.tsx';
import { kPerson } from '../../sentences/people.ts';
import { kTimeline } from '../../sentences/timeline.ts';
import { useList } from '../../state/list.ts';
import { nameOf, type Trait, type TraitValue, type Visitor } from '../../state/people.ts';
import { at, filter, place } from '../../state/place.ts';
import type { Moment } from '../../state/timeline.ts';
import { markOf, Said } from '../moment.tsx';
import { UnreadDetails } from '../signal_details.tsx';
import { inTable } from './trait_values.ts';

type Happened = components['schemas']['VisitorMoment'];
type Shown = keyof typeof kTimeline.kinds;
const kPage = 50;
const kOf: Record<Happened['kind'], Shown> = {
  signal: 'signal',
  decision: 'decision',
  delivery: 'delivery',
  timer: 'delivery',
  trait: 'profile',
  id: 'profile',
};

// All that is known of a visitor over all sessions, newest first; what is scheduled stands on top.
export function Line({ visitor, traits }: { visitor: Visitor; traits: Trait[] }) {
  const { handle, query } = place.value,
    visitorId = nameOf(visitor);
  const [round, setRound] = useState(0);
  const asked = query.get('show') ?? 'all',
    shown = (asked in kTimeline.kinds ? asked : 'all') as Shown;
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
  const entries = (items ?? [])
    .filter(one => shown === 'all' || kOf[one.kind] === shown)
    .map(
      (one, index): Entry => ({
        ...markOf(one as Moment),
        key: `${one.at} ${index}`,
        what: <What of={one} isSensitive={isSensitive} />,
        more: 'sessionId' in one && (
          <>
            {one.kind === 'signal' && <UnreadDetails sessionId={one.sessionId} version={one.version} />}
            {one.kind === 'timer' && <p>{kTimeline.waits}</p>}
            <p>
              {kTimeline.in}{' '}
              <a class="mono cut" href={at('sessions', [one.sessionId])} title={one.sessionId}>
                {one.sessionId}
              </a>
            </p>
          </>
        ),
      }),
    );
  return (
    <section class="panel" aria-labelledby="timeline">
      <div class="phead">
        <h2 id="timeline">{kPerson.timeline}</h2>
        <span class="push row">
          <Segments
            label={kTimeline.show}
            value={shown}
            choices={Object.entries(kTimeline.kinds) as [Shown, string][]}
            onChange={kind => filter({ show: kind === 'all' ? '' : kind })}
          />
          <Button kind="quiet" icon="retry" label={kPerson.refresh} onPress={() => setRound(round + 1)} />
        </span>
      </div>
      <div class="pad stack s">
        {fault && <FaultNote fault={fault} />}
        {items?.length === 0 && <p class="m">{kPerson.nothing}</p>}
        {!!items?.length && !entries.length && <p class="m">{kTimeline.noneOfKind}</p>}
        {entries.length > 0 && <TimelineList entries={entries} />}
        {more && (
          <div>
            <Button kind="quiet" onPress={more}>
              {kPerson.more}
            </Button>
          </div>
        )}
      </div>
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
        <span class="m">{kTimeline.id}</span> <b class="mono wrap">{one.id}</b> {kTimeline.joined}
      </>
    );
  if (one.kind === 'trait')
    return (
      <>
        <span class="m">{kTimeline.trait}</span> <b class="mono">{one.trait}</b>{' '}
        <span class="m">
          {kTimeline.ops[one.op]}{' '}
          {one.op === 'unset'
            ? ''
            : one.hidden || isSensitive(one.trait)
              ? kTimeline.hidden
              : inTable(one.value as TraitValue)}
          {one.source && ` (${one.source})`}
        </span>
      </>
    );
  return <Said sessionId={one.sessionId} moment={one as Moment} alone />;
}
