import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { api, ask } from '../../api/client.ts';
import type { components } from '../../api/described.d.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { kSayTrait } from '../../sentences/people.ts';
import type { Trait, TraitType, TraitValue } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { inField, issueOf, kExamples, kFirstTypes, kTypes, asJson } from './trait_values.ts';

type Written = components['schemas']['TraitsWritten'];

interface Props {
  visitorId: string;
  traits: Trait[]; // of the handle, to suggest names and to know their types
  name: string; // to begin with; '' for none
  value: TraitValue;
  onDone: () => void;
}

// Sets or unsets one trait of a visitor, and shows what became of it.
export function SayTrait({ visitorId, traits, value, onDone, ...begin }: Props) {
  const { handle } = place.value;
  const [name, setName] = useState(begin.name),
    [op, setOp] = useState('set'),
    [text, setText] = useState(inField(value)),
    [type, setType] = useState<TraitType>('text'),
    [source, setSource] = useState('');
  const [written, setWritten] = useState<Written | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const names = useId(),
    form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (begin.name) form.current?.querySelector<HTMLElement>('[data-value] :is(input,select,textarea)')?.focus();
  }, []);
  const known = traits.find(one => one.name === name.trim());
  const theirs = known?.type ?? type;
  const typed = theirs === 'bool' ? text || 'true' : text;
  const closed = !name.trim() ? kSayTrait.nameFirst : op === 'set' ? issueOf(theirs, typed) : '';
  const change = (set: (value: string) => void) => (next: string) => {
    set(next);
    setWritten(null);
    setFault(null);
  };
  const send = async () => {
    setBusy(true);
    const said = source.trim() && { source: source.trim() };
    const trait = name.trim();
    const answer = await ask(
      api.POST('/v2/handles/{handle}/visitors/{visitorId}/traits', {
        params: { path: { handle, visitorId } },
        body:
          op === 'set' ? { set: { [trait]: asJson(theirs, typed, !!known) }, ...said } : { unset: [trait], ...said },
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setWritten(answer.ok ? answer.data : null);
    if (answer.ok && answer.data.applied.length) onDone();
  };
  return (
    <form class="stack" ref={form} aria-label={kSayTrait.form}>
      <div class="form">
        <SelectField label={kSayTrait.change} value={op} choices={kSayTrait.ops} onChange={change(setOp)} />
        <TextField
          label={kSayTrait.trait}
          mono
          value={name}
          list={names}
          placeholder={kSayTrait.traitExample}
          onInput={change(setName)}
        />
        {op === 'set' && !known && (
          <SelectField
            label={kSayTrait.type}
            value={type}
            choices={kFirstTypes}
            onChange={change(next => setType(next as TraitType))}
            hint={kSayTrait.typeHint}
          />
        )}
        {op === 'set' && (
          <div data-value>
            {theirs === 'bool' ? (
              <SelectField label={kSayTrait.value} value={typed} choices={kSayTrait.bools} onChange={change(setText)} />
            ) : (
              <TextField
                label={kSayTrait.value}
                value={text}
                lines={theirs === 'list' ? 3 : undefined}
                placeholder={kExamples[theirs]}
                hint={theirs === 'list' ? kSayTrait.listHint : known && kTypes.find(([one]) => one === theirs)![1]}
                onInput={change(setText)}
              />
            )}
          </div>
        )}
        <TextField
          label={kSayTrait.source}
          mono
          value={source}
          placeholder={kSayTrait.sourceExample}
          issue={issueIn(fault, 'source')}
          onInput={change(setSource)}
        />
      </div>
      <datalist id={names}>
        {traits.map(one => (
          <option key={one.name} value={one.name} />
        ))}
      </datalist>
      <div class="row">
        <Button submits busy={busy} closed={closed} onPress={send}>
          {op === 'set' ? kSayTrait.set : kSayTrait.unset}
        </Button>
      </div>
      {written && <Outcome written={written} />}
      {fault && <FaultNote fault={fault} beside={['source']} />}
    </form>
  );
}

function Outcome({ written: { applied, stale, refused } }: { written: Written }) {
  const [trait] = [...applied, ...stale];
  return (
    <div role="status">
      {applied.length > 0 && (
        <Callout tone="good">
          <p>
            {kSayTrait.applied} <code>{trait}</code>.
          </p>
        </Callout>
      )}
      {stale.length > 0 && (
        <p class="note">
          {kSayTrait.stale} <code>{trait}</code> {kSayTrait.staleWhy}
        </p>
      )}
      {refused.map(one => (
        <Callout key={one.trait} tone="bad">
          <p>
            {kSayTrait.refused} <code>{one.trait}</code> <Ticked text={one.reason} />.
          </p>
        </Callout>
      ))}
    </div>
  );
}
