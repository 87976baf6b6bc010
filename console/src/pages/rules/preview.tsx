import { useEffect, useId, useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { State } from '../../parts/chip.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Json } from '../../parts/json.tsx';
import type { RuleTrace } from '../../state/decisions.ts';
import { personAt } from '../../state/people.ts';
import { counted } from '../../state/words.ts';
import { place } from '../../state/place.ts';
import { Trace } from '../resolve/trace.tsx';
import { isObject, type Json as Value, type RuleDraft } from './draft.ts';

type Shown = components['schemas']['RulePreview'];
type Variant = Shown['variants'][number];

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
            note: `${foundBy && foundBy !== id ? `${id}, ` : ''}${counted(sessionCount, 'session')}`,
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
export function Preview({ rule, ruleId }: { rule: RuleDraft; ruleId: string }) {
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
    <section class="card" aria-labelledby={heading}>
      <h2 id={heading}>Preview for a visitor</h2>
      <form class="filters">
        <TextField
          label="Id of the visitor"
          mono
          value={id}
          placeholder="jon@company.example or ~a-7f…"
          suggest={visitors}
          onInput={setId}
          issue={fault?.code === 'not_found' ? 'No visitor has this id.' : undefined}
        />
        <Button submits busy={busy} closed={typed ? '' : 'Enter an id first.'} onPress={look}>
          Preview
        </Button>
      </form>
      {fault && fault.code !== 'not_found' && <FaultNote fault={fault} />}
      <div aria-live="polite" class="stack">
        {shown && shown.of !== now && <p class="quiet small">The rule has changed since this preview.</p>}
        {shown && <Result preview={shown.preview} rule={rule} />}
      </div>
    </section>
  );
}

const isDelayed = (rule: RuleDraft) => Array.isArray(rule.triggers) && rule.triggers[0] === '@due';

function Result({ preview, rule }: { preview: Shown; rule: RuleDraft }) {
  const { visitorId, sessionId, outcome, variant, dueAt, variants, explanation } = preview;
  return (
    <>
      <p>
        For {visitorId ? <a href={personAt(visitorId)}>{visitorId}</a> : 'this visitor'}, now: <State name={outcome} />
        {variant && <> variant {variant}</>}
        {dueAt && (
          <>
            , due <Instant at={dueAt} />
          </>
        )}
        {isDelayed(rule) && !dueAt && ', nothing to wait for'}
        {!sessionId && ', without a session'}
      </p>
      {variants.map(one => (
        <Message key={one.variant ?? ''} of={one} chosen={one.variant !== null && one.variant === variant} />
      ))}
      <Trace rules={explanation as RuleTrace[]} chosen={preview.ruleId} />
    </>
  );
}

function Message({ of: { variant, action, missing, tooLarge }, chosen }: { of: Variant; chosen: boolean }) {
  const label = variant ? `Message of variant ${variant}` : 'Message';
  const hidden = missing.filter(one => one.hidden),
    lacking = missing.filter(one => !one.hidden);
  return (
    <section class="preview" aria-label={label}>
      <h3>
        {label}
        {chosen && <span class="chip">theirs</span>}
      </h3>
      {lacking.length > 0 && (
        <p class="issue">
          Missing: <Names of={lacking} />
        </p>
      )}
      {hidden.length > 0 && (
        <p class="quiet small">
          Hidden, because it is sensitive: <Names of={hidden} />
        </p>
      )}
      {tooLarge && <p class="issue">The payload is larger than 8 KiB with these values.</p>}
      {action && <Face payload={action.payload as Value} />}
      {action && <Json text={JSON.stringify(action)} label={`${label}, as JSON`} />}
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

// The texts of a message as somebody reads them.
function Face({ payload }: { payload: Value }) {
  if (!isObject(payload)) return null;
  const textOf = (name: string) => (typeof payload[name] === 'string' ? payload[name] : '');
  const button = isObject(payload.button) && typeof payload.button.label === 'string' ? payload.button.label : '';
  if (!textOf('title') && !textOf('text')) return null;
  return (
    <div class="face">
      {textOf('title') && <p class="wrap">{<strong>{textOf('title')}</strong>}</p>}
      {textOf('text') && <p class="wrap">{textOf('text')}</p>}
      {textOf('code') && (
        <p>
          <code class="wrap">{textOf('code')}</code>
        </p>
      )}
      {button && <p class="pressed">{button}</p>}
    </div>
  );
}
