import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import type { components } from '../../api/described.d.ts';
import { Button } from '../../parts/button.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Table } from '../../parts/table.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { kSources } from '../../sentences/sources.ts';
import { nameOf, type Source } from './source.ts';

const { refused: kWords } = kSources;
const kAtFirst = 10;

// What was refused, for each key that was used.
export function Refused({ seen: { sources } }: { seen: components['schemas']['Sources'] }) {
  return (
    <section class="stack s" aria-labelledby="refused">
      <h2 id="refused" class={sources.length ? undefined : 'hide'}>
        {kWords.title}
      </h2>
      {sources.length === 0 && (
        <div class="panel pad stack s">
          <p class="b" aria-hidden="true">
            {kWords.title}
          </p>
          <p class="m sm">{kWords.noKey}</p>
        </div>
      )}
      {sources.map(source => (
        <OfKey key={source.key} source={source} />
      ))}
      {sources.length > 0 && <p class="sm m">{kWords.about}</p>}
    </section>
  );
}

const kCounts = Object.entries(kWords.counts) as [keyof typeof kWords.counts, string][];

function OfKey({ source }: { source: Source }) {
  const { key, kind, lastAt, refusals } = source;
  const [all, setAll] = useState(false);
  const shown = all ? refusals : refusals.slice(0, kAtFirst);
  const name = nameOf(source);
  return (
    <article class="panel" aria-label={kWords.key(name)}>
      <div class="phead">
        <h3 class="wrap">{name}</h3>
        <span class="m sm wrap">
          {kind === 'handle' ? kWords.inBrowsers : <code>{key}</code>}
          {kWords.lastUsed} <Instant at={lastAt} />
        </span>
      </div>
      <dl class="kv pad n">
        {kCounts.map(([member, title]) => (
          <Fragment key={member}>
            <dt>{title}</dt>
            <dd>{source[member]}</dd>
          </Fragment>
        ))}
      </dl>
      {refusals.length === 0 ? (
        <p class="pad">{kWords.nothing}</p>
      ) : (
        <Table
          label={kWords.label(name)}
          heads={kWords.heads}
          rows={shown.map((one, index) => ({
            key: `${one.at} ${one.messageId} ${index}`,
            cells: [
              <Instant key="at" at={one.at} />,
              one.of === 'request' ? (
                kWords.request
              ) : one.messageId ? (
                <code key="what" class="wrap">
                  {one.messageId}
                </code>
              ) : (
                kWords.message
              ),
              <code key="error">{one.error}</code>,
              <span key="issue" class="wrap">
                <Ticked text={one.issue} />
              </span>,
              <code key="by" class="wrap">
                {one.library ?? one.path}
              </code>,
            ],
          }))}
        />
      )}
      {shown.length < refusals.length && (
        <div class="pfoot">
          <Button onPress={() => setAll(true)} label={kWords.showAllOf(refusals.length, name)}>
            {kWords.showAll(refusals.length)}
          </Button>
        </div>
      )}
    </article>
  );
}
