import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { lineDifference } from './line_difference.ts';

type Found = components['schemas']['RulesDifference'];
type Change = Found['changes'][number];

const kMarks = { same: ' ', gone: '−', new: '+', skipped: '⋯' } as const;

// The changes in a version of the rules since another one (default: the one before).
export function Difference({ version, from }: { version: number; from?: number }) {
  const { handle } = place.value;
  const [found, setFound] = useState<Found | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/chain-rules/versions/{version}', {
          params: { path: { handle, version }, query: { from } },
        }),
      );
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setFound(answer.data);
    },
    [handle, version, from],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!found)
    return (
      <p class="loading" aria-live="polite">
        Loading…
      </p>
    );
  return (
    <div class="differences">
      {found.changes.map(one => (
        <OfRule key={one.ruleId} change={one} />
      ))}
      {found.changed === 0 && <p class="quiet small">No changes.</p>}
      {found.changed > found.changes.length && (
        <p class="quiet small">And {found.changed - found.changes.length} more rules.</p>
      )}
    </div>
  );
}

const text = (rule: unknown) => (rule ? JSON.stringify(rule, null, 2) : '');

function OfRule({ change: { ruleId, was, is } }: { change: Change }) {
  return (
    <section aria-label={`Changes to ${ruleId}`}>
      <p class="small">
        <strong>{ruleId}</strong> <span class="quiet">{!was ? 'added' : !is ? 'deleted' : 'changed'}</span>
      </p>
      <pre class="code lines" tabIndex={0} role="region" aria-label={`Lines of ${ruleId}`}>
        {lineDifference(text(was), text(is)).map(({ kind, text: line }, index) => {
          const Tag = kind === 'gone' ? 'del' : kind === 'new' ? 'ins' : 'span';
          return (
            <Tag key={index} class={kind}>
              <span class="mark">{kMarks[kind]} </span>
              {line}
              {'\n'}
            </Tag>
          );
        })}
      </pre>
    </section>
  );
}
