import { useEffect, useId, useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { ComboboxField } from '../../parts/combobox.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Json } from '../../parts/json.tsx';
import type { RuleTrace } from '../../state/decisions.ts';
import { personAt } from '../../state/people.ts';
import { counted } from '../../state/words.ts';
import { isDelayed } from '../../state/delayed.ts';
import { kRules } from '../../sentences/rules.ts';
import { place } from '../../state/place.ts';
import { Trace } from '../resolve/trace.tsx';
import type { RuleDraft } from './draft.ts';
import { Face } from './face.tsx';

type Shown = components['schemas']['RulePreview'];
type Variant = Shown['variants'][number];

const t = kRules.editor.preview;

const kTyping = 250; // milliseconds of rest before visitors are searched for

// Visitors with an id that begins so, as they are typed.
function useVisitors(handle: string, typed: string) {
  const [found, setFound] = useState<{ value: string; note: string }[]>([]);
  useEffect(() => {
    let alive = true;
    const timer = setTimeout(async () => {
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/visitors', { params: { path: { handle }, query: { q: typed, limit: 10 } } }),
      );
      if (alive && answer.ok)
        setFound(
          answer.data.items.map(({ id, foundBy, sessionCount }) => ({
            value: foundBy ?? id,
            note: `${foundBy && foundBy !== id ? t.also(id) : ''}${counted(sessionCount, t.session)}`,
          })),
        );
    }, kTyping);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [handle, typed]);
  return found;
}

// What the rule as it is being edited would come to for one visitor, with the message as they would get it.
export function PersonPreview({ rule, ruleId }: { rule: RuleDraft; ruleId: string }) {
  const { handle } = place.value,
    heading = useId();
  const [id, setId] = useState(''),
    [shown, setShown] = useState<{ preview: Shown; of: string } | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const typed = id.trim();
  const visitors = useVisitors(handle, typed);
  const now = JSON.stringify(rule);
  const look = async () => {
    setBusy(true);
    const answer = await ask(
      api.POST('/v2/handles/{handle}/chain-rules/preview', {
        params: { path: { handle } },
        body: { visitorId: typed, rule: (ruleId ? { ...rule, ruleId } : rule) as never },
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setShown(answer.ok ? { preview: answer.data, of: now } : null);
  };
  return (
    <section class="panel" aria-labelledby={heading}>
      <div class="phead">
        <h2 id={heading}>{t.person}</h2>
      </div>
      <div class="pad stack s">
        <form class="stack s">
          <ComboboxField
            mono
            label={t.id}
            issue={fault?.code === 'not_found' ? t.unknown : undefined}
            value={id}
            placeholder={t.idPlaceholder}
            suggest={visitors}
            onInput={setId}
          />
          <div>
            <Button submits busy={busy} closed={typed ? '' : t.enterId} onPress={look}>
              {t.button}
            </Button>
          </div>
        </form>
        {fault && fault.code !== 'not_found' && <FaultNote fault={fault} />}
        <div aria-live="polite" class="stack s">
          {shown && shown.of !== now && <p class="m sm">{t.outdated}</p>}
          {shown && <Result preview={shown.preview} rule={rule} />}
        </div>
      </div>
    </section>
  );
}

function Result({ preview, rule }: { preview: Shown; rule: RuleDraft }) {
  const { visitorId, sessionId, outcome, variant, dueAt, variants, explanation } = preview;
  return (
    <>
      <p class="wrap">
        {t.result} {visitorId ? <a href={personAt(visitorId)}>{visitorId}</a> : t.thisVisitor}
        {t.now}
        <State name={outcome} />
        {variant && t.variantOf(variant)}
        {dueAt && (
          <>
            {t.due}
            <Instant at={dueAt} />
          </>
        )}
        {isDelayed(rule) && !dueAt && t.nothingToWaitFor}
        {!sessionId && t.noSession}
      </p>
      {variants.map(one => (
        <Message key={one.variant ?? ''} of={one} chosen={one.variant !== null && one.variant === variant} />
      ))}
      <Trace rules={explanation as RuleTrace[]} chosen={preview.ruleId} />
    </>
  );
}

function Message({ of: { variant, action, missing, tooLarge }, chosen }: { of: Variant; chosen: boolean }) {
  const label = variant ? t.messageOf(variant) : t.message;
  const hidden = missing.filter(one => one.hidden),
    lacking = missing.filter(one => !one.hidden);
  return (
    <section class="stack s" aria-label={label}>
      <h3 class="row">
        {label}
        {chosen && <span class="chip good">{t.theirs}</span>}
      </h3>
      {lacking.length > 0 && (
        <p class="err">
          <span>
            {t.missing}
            <Names of={lacking} />
          </span>
        </p>
      )}
      {hidden.length > 0 && (
        <p class="m sm">
          {t.hidden}
          <Names of={hidden} />
        </p>
      )}
      {tooLarge && <p class="err">{t.tooLarge}</p>}
      {action && <Face type={action.type} payload={action.payload as never} />}
      {action && <Json text={JSON.stringify(action)} label={t.asJson(label)} />}
    </section>
  );
}

const Names = ({ of }: { of: { name: string }[] }) => (
  <>
    {of.map(({ name }, index) => (
      <>
        {index > 0 && ', '}
        <code class="wrap">{name}</code>
      </>
    ))}
  </>
);
