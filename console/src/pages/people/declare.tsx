import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
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
      `${name.trim()} is declared`,
      onDone,
    );
  };
  const issue = (field: string) =>
    fault?.details
      .filter(one => one.field.startsWith(field))
      .map(one => `${one.field.slice(field.length)} ${one.issue}`.trim())
      .join('; ');
  return (
    <section class="card" aria-labelledby="declare" ref={card}>
      <h2 id="declare">Declare a trait</h2>
      <form class="stack">
        <div class="columns">
          <TextField
            label="Name"
            mono
            value={name}
            placeholder="plan"
            onInput={setName}
            issue={issue('name')}
            hint="Up to 64 letters, digits, points and underscores."
          />
          <SelectField
            label="Type"
            value={type}
            choices={kTypes}
            onChange={next => setType(next as TraitType)}
            issue={issue('type')}
            hint="It applies to what is said from now on."
          />
          {!closed && (
            <TextField
              label="Sources, greatest rank first"
              mono
              value={sources}
              placeholder="crm, server, page"
              onInput={setSources}
              issue={issue('sources')}
              hint="A value from one outweighs values from those after it, whatever is newer."
            />
          )}
        </div>
        {closed ? (
          <p class="note">Public, sensitive and sources: {closed}</p>
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
                Public <span class="quiet small">Pages can set it without a role.</span>{' '}
                {issue('public') && <span class="issue">{issue('public')}</span>}
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
                Sensitive <span class="quiet small">Hidden from the role CREATOR.</span>{' '}
                {issue('sensitive') && <span class="issue">{issue('sensitive')}</span>}
              </span>
            </label>
          </>
        )}
        <div class="actions">
          <Button
            kind="primary"
            submits
            busy={busy}
            closed={closedBelow('CREATOR') || (name.trim() ? '' : 'Name a trait first.')}
            onPress={save}
          >
            Declare
          </Button>
        </div>
        {fault && <FaultNote fault={fault} beside={fault.details.map(one => one.field)} />}
      </form>
    </section>
  );
}
