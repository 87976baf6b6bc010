import { useState } from 'preact/hooks';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { nameOf, type Source } from './source.ts';

const kAtFirst = 10;

// What was refused, for each key that was used.
export function Refused({ seen: { sources } }: { seen: components['schemas']['Sources'] }) {
  return (
    <section class="stack" aria-labelledby="refused">
      <h2 id="refused">Refused</h2>
      {sources.length === 0 && <p class="quiet">No key was used since the server started.</p>}
      {sources.map(source => (
        <OfKey key={source.key} source={source} />
      ))}
      {sources.length > 0 && (
        <p class="small quiet">
          The last 200 of each key. A request whose key nobody has is answered with 401 and is not listed here.
        </p>
      )}
    </section>
  );
}

const kCounts = [
  ['accepted', 'Stored'],
  ['cut', 'Of these, cut'],
  ['duplicates', 'Stored before'],
  ['denied', 'Consent denied'],
  ['rejected', 'Refused messages'],
  ['refusedRequests', 'Refused requests'],
] as const;

function OfKey({ source }: { source: Source }) {
  const { key, kind, lastAt, refusals } = source;
  const [all, setAll] = useState(false);
  const shown = all ? refusals : refusals.slice(0, kAtFirst);
  const name = nameOf(source);
  return (
    <article class="card" aria-label={`Key ${name}`}>
      <header>
        <h3 class="wrap">{name}</h3>
        <span class="quiet small">
          {kind === 'handle' ? 'in browsers' : <code class="wrap">{key}</code>}, last used <Instant at={lastAt} />
        </span>
      </header>
      <dl class="facts">
        {kCounts.map(([member, title]) => (
          <div key={member}>
            <dt>{title}</dt>
            <dd>{source[member]}</dd>
          </div>
        ))}
      </dl>
      {refusals.length === 0 ? (
        <p>Nothing was refused.</p>
      ) : (
        <Table
          label={`Refused of ${name}, newest first`}
          heads={['Received', 'What', 'Error', 'Reason', 'Sent by']}
          rows={shown.map((one, index) => ({
            key: `${one.at} ${one.messageId} ${index}`,
            cells: [
              <Instant key="at" at={one.at} />,
              one.of === 'request' ? (
                'the request'
              ) : one.messageId ? (
                <code key="what" class="wrap">
                  {one.messageId}
                </code>
              ) : (
                'a message without id'
              ),
              <code key="error">{one.error}</code>,
              <span key="issue" class="wrap">
                <Ticked text={one.issue} />
              </span>,
              <code key="by" class="wrap">
                {one.library ?? one.path}
              </code>,
            ],
            actions: false,
          }))}
        />
      )}
      {shown.length < refusals.length && (
        <div>
          <Button onPress={() => setAll(true)} label={`Show all ${refusals.length} refused of ${name}`}>
            Show all {refusals.length}
          </Button>
        </div>
      )}
    </article>
  );
}
