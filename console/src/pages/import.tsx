import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Field, SelectField, TextField } from '../parts/field.tsx';
import { closedBelow } from '../parts/gate.ts';
import { Ticked } from '../parts/ticked.tsx';
import { kImport } from '../sentences/import.ts';
import { readTraits } from '../state/people.ts';
import { place } from '../state/place.ts';
import type { Kind } from './import/columns.ts';
import { Progress } from './import/progress.tsx';
import { begin, isOver, run } from './import/run.ts';
import './import/import.css';

export function ImportPage() {
  const { handle } = place.value;
  const current = run.value;
  const elsewhere = current && !isOver(current) && current.handle !== handle ? kImport.running(current.handle) : '';
  return (
    <>
      <div class="head">
        <h1>{kImport.title}</h1>
        <p>{kImport.says}</p>
      </div>
      {current?.handle === handle ? <Progress run={current} /> : <Choose busyElsewhere={elsewhere} />}
    </>
  );
}

function Choose({ busyElsewhere }: { busyElsewhere: string }) {
  const { handle } = place.value;
  const [kind, setKind] = useState<Kind>('signals'),
    [file, setFile] = useState<File | null>(null),
    [from, setFrom] = useState('1');
  const closed = closedBelow('OPERATOR') || busyElsewhere || (file ? '' : kImport.chooseFirst);
  const start = async () => {
    const known = kind === 'people' ? await readTraits(handle) : null;
    const traits = new Map(known?.ok ? known.data.items.map(({ name, type }) => [name, type]) : []);
    void begin({ handle, kind, file: file!, from: Math.max(1, Number(from) || 1), traits });
  };
  return (
    <>
      <form class="panel">
        <div class="pad stack">
          <div class="form w">
            <SelectField
              label={kImport.kind}
              value={kind}
              choices={kImport.kinds}
              onChange={value => setKind(value as Kind)}
            />
            <Field label={kImport.file} hint={kImport.fileHint}>
              {described => (
                <input {...described} type="file" onChange={event => setFile(event.currentTarget.files?.[0] ?? null)} />
              )}
            </Field>
            <TextField label={kImport.from} type="number" value={from} onInput={setFrom} hint={kImport.fromHint} />
          </div>
          <div>
            <Button kind="primary" submits closed={closed} onPress={start}>
              {kImport.start}
            </Button>
          </div>
        </div>
      </form>
      <section class="panel" aria-labelledby="forms">
        <div class="phead">
          <h2 id="forms">{kImport.forms}</h2>
        </div>
        <div class="pad stack s">
          {kImport.formsOf[kind].map(text => (
            <p key={text}>
              <Ticked text={text} />
            </p>
          ))}
          <pre class="code lines" tabIndex={0} role="region" aria-label={kImport.example}>
            {kImport.exampleOf[kind]}
          </pre>
          <p class="m sm">{kImport.others}</p>
        </div>
      </section>
    </>
  );
}
