import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { kDeclare } from '../../sentences/people.ts';
import type { Trait, TraitType } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { kTypes } from './trait_values.ts';

interface Props {
  traits: Trait[]; // of the handle
  trait: Trait | null; // to begin with
  onDone: () => void;
}

// Declares a trait. Below OPERATOR only the type can be changed, so the rest is sent as it is.
export function Declare({ traits, trait, onDone }: Props) {
  const { handle } = place.value;
  const [name, setName] = useState(trait?.name ?? ''),
    [type, setType] = useState<TraitType>(trait?.type ?? 'text'),
    [isPublic, setPublic] = useState(trait?.public ?? false),
    [sensitive, setSensitive] = useState(trait?.sensitive ?? false),
    [sources, setSources] = useState(trait?.sources.join(', ') ?? '');
  const { fault, busy, send } = useSending();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!trait) return;
    card.current?.scrollIntoView({ block: 'nearest' });
    card.current?.querySelector('select')?.focus({ preventScroll: true });
  }, []);
  const closed = closedBelow('OPERATOR');
  const before = traits.find(one => one.name === name.trim());
  const save = () => {
    const rest = closed
      ? { public: before?.public ?? false, sensitive: before?.sensitive ?? false, sources: before?.sources ?? [] }
      : { public: isPublic, sensitive, sources: sources.split(/[\s,]+/).filter(Boolean) };
    return send(
      api.PUT('/v2/handles/{handle}/traits/{name}', {
        params: { path: { handle, name: name.trim() } },
        body: { type, ...rest },
      }),
      kDeclare.declared(name.trim()),
      onDone,
    );
  };
  const issue = (field: string) =>
    fault?.details
      .filter(one => one.field.startsWith(field))
      .map(one => `${one.field.slice(field.length)} ${one.issue}`.trim())
      .join('; ');
  return (
    <section class="panel" aria-labelledby="declare" ref={card}>
      <div class="phead">
        <h2 id="declare">{kDeclare.title}</h2>
      </div>
      <form class="pad stack">
        <div class="form">
          <TextField
            label={kDeclare.name}
            mono
            value={name}
            placeholder={kDeclare.nameExample}
            onInput={setName}
            issue={issue('name')}
            hint={kDeclare.nameHint}
          />
          <SelectField
            label={kDeclare.type}
            value={type}
            choices={kTypes}
            onChange={next => setType(next as TraitType)}
            issue={issue('type')}
            hint={kDeclare.typeHint}
          />
          {!closed && (
            <TextField
              label={kDeclare.sources}
              mono
              value={sources}
              placeholder={kDeclare.sourcesExample}
              onInput={setSources}
              issue={issue('sources')}
              hint={kDeclare.sourcesHint}
            />
          )}
        </div>
        {closed ? (
          <p class="note">{kDeclare.closed(closed)}</p>
        ) : (
          <>
            <label class="check">
              <input
                type="checkbox"
                checked={isPublic}
                onChange={event => setPublic(event.currentTarget.checked)}
                aria-invalid={issue('public') ? true : undefined}
              />
              <span>
                {kDeclare.public} <span class="m xs">{kDeclare.publicHint}</span>{' '}
                {issue('public') && <span class="err">{issue('public')}</span>}
              </span>
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={sensitive}
                onChange={event => setSensitive(event.currentTarget.checked)}
                aria-invalid={issue('sensitive') ? true : undefined}
              />
              <span>
                {kDeclare.sensitive} <span class="m xs">{kDeclare.sensitiveHint}</span>{' '}
                {issue('sensitive') && <span class="err">{issue('sensitive')}</span>}
              </span>
            </label>
          </>
        )}
        <div class="row">
          <Button
            kind="primary"
            submits
            busy={busy}
            closed={closedBelow('CREATOR') || (name.trim() ? '' : kDeclare.nameFirst)}
            onPress={save}
          >
            {kDeclare.declare}
          </Button>
        </div>
        {fault && <FaultNote fault={fault} beside={fault.details.map(one => one.field)} />}
      </form>
    </section>
  );
}
