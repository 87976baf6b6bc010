import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Instant } from '../../parts/instant.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { useList } from '../../state/list.ts';
import { at, place } from '../../state/place.ts';
import { Difference } from './difference.tsx';
import { RuleTabs } from './tabs.tsx';

type Version = components['schemas']['RulesVersion'];

export function Versions() {
  const { handle } = place.value;
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules/versions', {
          params: { path: { handle }, query: { cursor, limit: 50 } },
        }),
      ),
    [handle],
  );
  const [to, setTo] = useState<Version | null>(null),
    [open, setOpen] = useState<number[]>([]),
    [failed, setFailed] = useState<Fault | null>(null);
  const rollBack = async () => {
    const answer = await ask(
      api.POST('/v2/handles/{handle}/chain-rules/rollback', {
        params: { path: { handle } },
        body: { version: to!.version },
      }),
    );
    setTo(null);
    setFailed(answer.ok ? null : answer.fault);
    if (answer.ok) {
      confirmed('Rolled back');
      again();
    }
  };
  const newest = items?.[0]?.version;
  const toggle = (version: number) =>
    setOpen(open.includes(version) ? open.filter(one => one !== version) : [...open, version]);
  return (
    <>
      <h1>Rule versions</h1>
      <p class="lead">
        Each change creates a new version of the whole rule set. Old versions are removed once no stored decision may
        need them.
      </p>
      <RuleTabs />
      {fault && <FaultNote fault={fault} />}
      {failed && <FaultNote fault={failed} />}
      {items?.length === 0 && (
        <Empty says="No versions yet.">
          <a class="button primary" href={at('rules', ['+'])}>
            New rule
          </a>
        </Empty>
      )}
      {!!items?.length && (
        <section class="card">
          <ol class="rows versions">
            {items.map(one => (
              <li key={one.version}>
                <span>
                  <strong>{one.version}</strong>
                  {one.version === newest && <span class="chip">current</span>}
                </span>
                <span class="small">
                  {one.changes.map(({ ruleId, change }) => (
                    <span key={ruleId} class="changed">
                      {change === 'deleted' ? (
                        <>
                          <del>{ruleId}</del> deleted
                        </>
                      ) : (
                        <>
                          <a href={at('rules', [ruleId])}>{ruleId}</a> {change}
                        </>
                      )}
                    </span>
                  ))}
                  {one.changed > one.changes.length && (
                    <span class="quiet">and {one.changed - one.changes.length} more</span>
                  )}
                </span>
                <span class="quiet small">
                  <Instant at={one.at} />
                  {one.tzdata && ` (tzdata ${one.tzdata})`}
                </span>
                <span class="actions">
                  <button
                    type="button"
                    class="button quiet"
                    aria-expanded={open.includes(one.version)}
                    aria-label={`Changes in version ${one.version}`}
                    onClick={() => toggle(one.version)}
                  >
                    Changes
                  </button>
                  {one.version !== newest && (
                    <Button kind="quiet" label={`Roll back to version ${one.version}`} onPress={() => setTo(one)}>
                      Roll back
                    </Button>
                  )}
                </span>
                {open.includes(one.version) && <Difference version={one.version} />}
              </li>
            ))}
          </ol>
          {more && (
            <div>
              <Button onPress={more}>Show more</Button>
            </div>
          )}
        </section>
      )}
      {to && (
        <Dialog title={`Roll back to version ${to.version}?`} onClose={() => setTo(null)}>
          <p>
            The rules return to version {to.version}. This creates a new version, so nothing is lost and you can go
            back.
          </p>
          <Difference version={to.version} from={newest} />
          <div class="actions">
            <Button kind="primary" onPress={rollBack}>
              Roll back
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
