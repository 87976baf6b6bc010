import { useState } from 'preact/hooks';
import { quietly } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { download } from '../../parts/download.ts';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { kSettings } from '../../sentences/settings.ts';
import { nameOf, personAt, readVisitor, type Visitor } from '../../state/people.ts';
import { place } from '../../state/place.ts';
import { useSending } from '../../state/sending.ts';
import { Erase } from '../people/erase.tsx';

const kSays = kSettings.requests;

// What a visitor may ask for: a copy of what is known of them, or that it is erased.
export function DataRequests() {
  const { handle } = place.value;
  const [id, setId] = useState(''),
    [visitor, setVisitor] = useState<Visitor | null>(null),
    [unknown, setUnknown] = useState(''),
    [erasing, setErasing] = useState(false);
  const { fault, busy, send } = useSending();
  const closed = closedBelow('OPERATOR');
  const find = async () => {
    const asked = id.trim();
    setVisitor(null);
    setUnknown('');
    const answer = await readVisitor(handle, asked);
    if (answer.ok) setVisitor(answer.data);
    else if (answer.fault.code === 'not_found') setUnknown(asked);
  };
  const save = (name: string) =>
    send(
      // Not for the inspector: it may be megabytes.
      quietly.GET('/v2/handles/{handle}/visitors/{visitorId}/export', {
        params: { path: { handle, visitorId: name } },
      }),
      kSays.exported,
      data => download(kSays.file(name), data),
    );
  return (
    <section class="panel" aria-labelledby="requests">
      <div class="phead">
        <h2 id="requests">{kSays.title}</h2>
        <span class="m sm">{kSays.says}</span>
      </div>
      <div class="pad stack">
        <form class="pair">
          <TextField label={kSays.id} mono value={id} onInput={setId} />
          <Button submits closed={closed} onPress={find}>
            {kSays.find}
          </Button>
        </form>
        <div role="status">{unknown && <p>{kSays.none(unknown)}</p>}</div>
        {fault && <FaultNote fault={fault} />}
        {visitor && (
          <>
            <h3 class="wrap">{kSays.found(nameOf(visitor))}</h3>
            <dl class="kv">
              <dt>{kSays.ids}</dt>
              <dd class="mono">{visitor.ids.map(one => one.id).join(', ')}</dd>
              <dt>{kSays.sessions}</dt>
              <dd>{visitor.sessionCount}</dd>
              <dt>{kSays.traits}</dt>
              <dd>{Object.keys(visitor.traits).length}</dd>
            </dl>
            <div class="row">
              <Button icon="download" busy={busy} closed={closed} onPress={() => save(nameOf(visitor))}>
                {kSays.export}
              </Button>
              <Button kind="delete" closed={closed} onPress={() => setErasing(true)}>
                {kSays.erase}
              </Button>
              <a class="btn flat" href={personAt(nameOf(visitor))}>
                {kSays.open}
              </a>
            </div>
          </>
        )}
      </div>
      {visitor && erasing && <Erase visitor={visitor} onClose={() => setErasing(false)} />}
    </section>
  );
}
