import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Instant } from '../../parts/instant.tsx';
import { confirmed } from '../../state/announce.ts';
import { useList } from '../../state/list.ts';
import { kParts } from '../../sentences/parts.ts';
import { kRules } from '../../sentences/rules.ts';
import { at, place } from '../../state/place.ts';
import { Difference } from './difference.tsx';
import { RuleTabs } from './tabs.tsx';

const t = kRules.versions;
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
      confirmed(t.done);
      again();
    }
  };
  const newest = items?.[0]?.version;
  const toggle = (version: number) =>
    setOpen(open.includes(version) ? open.filter(one => one !== version) : [...open, version]);
  return (
    <>
      <div class="head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <RuleTabs />
      {fault && <FaultNote fault={fault} />}
      {failed && <FaultNote fault={failed} />}
      {items?.length === 0 && (
        <Empty says={t.empty}>
          <a class="btn pri" href={at('rules', ['+'])}>
            {kRules.newRule}
          </a>
        </Empty>
      )}
      {!!items?.length && (
        <section class="panel">
          <ol class="versions-of">
            {items.map((one, index) => (
              <li key={one.version} class="pad stack s">
                <div class="row">
                  <b class="n">{one.version}</b>
                  {one.version === newest && <span class="chip good">{t.current}</span>}
                  <span class="m sm">
                    <Instant at={one.at} />
                    {one.actor && t.by(one.actor)}
                    {!!items[index + 1] &&
                      one.tzdata &&
                      items[index + 1]!.tzdata !== one.tzdata &&
                      t.tzdata(one.tzdata)}
                  </span>
                  <span class="push row">
                    <button
                      type="button"
                      class="btn flat"
                      aria-expanded={open.includes(one.version)}
                      aria-label={t.changesIn(one.version)}
                      onClick={() => toggle(one.version)}
                    >
                      {t.changes}
                    </button>
                    {one.version !== newest && (
                      <Button
                        label={t.rollBackTo(one.version)}
                        closed={closedBelow('CREATOR')}
                        onPress={() => setTo(one)}
                      >
                        {t.rollBack}
                      </Button>
                    )}
                  </span>
                </div>
                <p class="row sm">
                  {one.changes.map(({ ruleId, change }) => (
                    <span key={ruleId} class="wrap">
                      {change === 'deleted' ? (
                        <>
                          <del>{ruleId}</del> {t.deleted}
                        </>
                      ) : (
                        <>
                          <a href={at('rules', [ruleId])}>{ruleId}</a> {t.saved}
                        </>
                      )}
                    </span>
                  ))}
                  {one.changed > one.changes.length && (
                    <span class="m">{t.more(one.changed - one.changes.length)}</span>
                  )}
                </p>
                {open.includes(one.version) && <Difference version={one.version} />}
              </li>
            ))}
          </ol>
          {more && (
            <p class="pfoot">
              <Button onPress={more}>{kParts.showMore}</Button>
            </p>
          )}
        </section>
      )}
      {to && (
        <Dialog title={t.asking(to.version)} onClose={() => setTo(null)}>
          <p>{t.says(to.version)}</p>
          <Difference version={to.version} from={newest} />
          <div class="row">
            <Button kind="primary" onPress={rollBack}>
              {t.rollBack}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
