// The versions that changed one rule, what each changed, and the way back to one of them.
import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { useList } from '../../state/list.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { kParts } from '../../sentences/parts.ts';
import { kRules } from '../../sentences/rules.ts';
import { Lines, type RuleChange } from './difference.tsx';

const t = kRules.editor.history;
type Version = components['schemas']['RulesVersion'];

interface Props {
  ruleId: string;
  name: string;
  etag: string; // of the rule as it was loaded
  closed: string; // why it cannot be rolled back
  onRolledBack: () => void;
}

export function History({ ruleId, name, etag, closed, onRolledBack }: Props) {
  const { handle } = place.value;
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules/versions', {
          params: { path: { handle }, query: { cursor, limit: 50, ruleId } },
        }),
      ),
    [handle, ruleId],
  );
  const [open, setOpen] = useState<number | null>(null),
    [to, setTo] = useState<Version | null>(null),
    [failed, setFailed] = useState<Fault | null>(null);
  const rollBack = async (is: unknown) => {
    const answer = await ask(
      api.PUT('/v2/handles/{handle}/chain-rules/{ruleId}', {
        params: { path: { handle, ruleId }, header: etag ? { 'If-Match': etag } : {} },
        body: is as never,
      }),
    );
    setTo(null);
    setFailed(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    onRolledBack();
    again();
  };
  const newest = items?.[0]?.version;
  return (
    <section class="panel" aria-label={kRules.editor.tabs.history}>
      {fault && <FaultNote fault={fault} />}
      {failed && <FaultNote fault={failed} />}
      {items?.length === 0 && <p class="pad m">{t.empty}</p>}
      <ol class="versions-of">
        {items?.map(one => {
          const isDeleted = one.changes.some(change => change.ruleId === ruleId && change.change === 'deleted');
          return (
            <li key={one.version} class="pad stack s">
              <div class="row">
                <b>{t.version(one.version)}</b>
                {one.version === newest && <span class="chip good">{t.current}</span>}
                {isDeleted && <span class="chip bad">{t.deleted}</span>}
                <span class="m sm">
                  <Instant at={one.at} />
                  {one.actor && kRules.versions.by(one.actor)}
                </span>
                <span class="push row">
                  <button
                    type="button"
                    class="btn flat"
                    aria-expanded={open === one.version}
                    aria-label={t.changesIn(one.version)}
                    onClick={() => setOpen(open === one.version ? null : one.version)}
                  >
                    {t.changes}
                  </button>
                  {one.version !== newest && !isDeleted && (
                    <Button label={t.rollBackTo(one.version)} closed={closed} onPress={() => setTo(one)}>
                      {t.rollBack}
                    </Button>
                  )}
                </span>
              </div>
              {open === one.version && <ChangeOf ruleId={ruleId} version={one.version} />}
            </li>
          );
        })}
      </ol>
      {more && (
        <p class="pfoot">
          <Button onPress={more}>{kParts.showMore}</Button>
        </p>
      )}
      {to && (
        <Dialog title={t.title(name, to.version)} onClose={() => setTo(null)}>
          <p>{t.says}</p>
          <ChangeOf ruleId={ruleId} version={to.version}>
            {({ is }) =>
              is && (
                <div class="row">
                  <Button kind="primary" onPress={() => rollBack(is)}>
                    {t.rollBack}
                  </Button>
                </div>
              )
            }
          </ChangeOf>
        </Dialog>
      )}
    </section>
  );
}

interface ChangeProps {
  ruleId: string;
  version: number;
  children?: (change: RuleChange) => preact.ComponentChildren;
}

// What a version changed in the rule.
function ChangeOf({ ruleId, version, children }: ChangeProps) {
  const { handle } = place.value;
  const [change, setChange] = useState<RuleChange | null | undefined>(undefined), // null: not in the answer
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/chain-rules/versions/{version}', {
          params: { path: { handle, version } },
        }),
      );
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setChange(answer.data.changes.find(one => one.ruleId === ruleId) ?? null);
    },
    [handle, version, ruleId],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (change === undefined) return <p class="m">{t.loading}</p>;
  if (!change) return <p class="m">{t.notShown}</p>;
  return (
    <>
      <Lines change={change} />
      {children?.(change)}
    </>
  );
}
