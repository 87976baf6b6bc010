import { Callout } from '../parts/callout.tsx';
import { TextField } from '../parts/field.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kDocs } from '../sentences/docs.ts';
import { titleIn, type Document, type Group } from './reference.ts';

interface Props {
  document: Document;
  groups: Group[];
  unknown: string; // an id that no operation has; '' for none
  handle: string;
  onHandle: (name: string) => void;
}

export function Overview({ document, groups, unknown, handle, onHandle }: Props) {
  const { info } = document;
  return (
    <>
      <div class="head">
        <h1 id="title" tabIndex={-1}>
          {kDocs.title}
        </h1>
        <code class="chip tag">{kDocs.version(info.version)}</code>
        {(info.description ?? '').split('\n\n').map(text => (
          <p key={text}>{text}</p>
        ))}
      </div>
      {unknown && unknown !== 'overview' && <Callout tone="warn">{kDocs.noSuch(unknown)}</Callout>}
      <section class="panel" aria-labelledby="signing">
        <div class="phead">
          <h2 id="signing">{kDocs.signing}</h2>
        </div>
        <div class="pad stack s">
          {kDocs.signingSays.map(text => (
            <p key={text}>
              <Ticked text={text} />
            </p>
          ))}
          <div class="form">
            <TextField label={kDocs.handle} mono value={handle} onInput={onHandle} hint={kDocs.handleHint} />
          </div>
        </div>
      </section>
      <section class="panel" aria-labelledby="faults">
        <div class="phead">
          <h2 id="faults">{kDocs.errors}</h2>
        </div>
        <div class="pad stack s">
          {kDocs.errorsSays.map(text => (
            <p key={text}>
              <Ticked text={text} />
            </p>
          ))}
        </div>
      </section>
      {groups.map(({ name, description, operations }) => (
        <section key={name} class="panel" aria-labelledby={`all-${name}`}>
          <div class="phead">
            <h2 id={`all-${name}`}>{name}</h2>
            <span class="m sm">
              <Ticked text={description} />
            </span>
          </div>
          <ul class="pad operations">
            {operations.map(one => (
              <li key={one.id}>
                <a href={`#${one.id}`}>{titleIn(operations, one)}</a>{' '}
                {!one.isEvent && (
                  <code class="m xs wrap">
                    {one.method} {one.path}
                  </code>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
