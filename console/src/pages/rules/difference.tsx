import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { kRules } from '../../sentences/rules.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { lineDifference } from './line_difference.ts';

type Found = components['schemas']['RulesDifference'];
export type RuleChange = Found['changes'][number];

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
        {t.loading}
      </p>
    );
  return (
    <div class="stack s">
      {found.changes.map(one => (
        <OfRule key={one.ruleId} change={one} />
      ))}
      {found.changed === 0 && <p class="m sm">{t.none}</p>}
      {found.changed > found.changes.length && <p class="m sm">{t.more(found.changed - found.changes.length)}</p>}
    </div>
  );
}

const text = (rule: unknown) => (rule ? JSON.stringify(rule, null, 2) : '');

const t = kRules.difference;

function OfRule({ change }: { change: RuleChange }) {
  const { ruleId, was, is } = change;
  return (
    <section aria-label={t.of(ruleId)}>
      <p class="sm">
        <b class="wrap">{ruleId}</b> <span class="m">{!was ? t.added : !is ? t.deleted : t.changed}</span>
      </p>
      <Lines change={change} />
    </section>
  );
}

// The text of a rule before and after, line by line.
export const Lines = ({ change: { ruleId, was, is } }: { change: RuleChange }) => (
  <pre class="code lines" tabIndex={0} role="region" aria-label={t.lines(ruleId)}>
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
);
