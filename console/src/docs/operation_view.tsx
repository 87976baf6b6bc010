import { useState } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { Json } from '../parts/json.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kDocs } from '../sentences/docs.ts';
import { token } from '../state/sign_in.ts';
import { language } from './language.ts';
import { flat, typeWords, type Answer, type Body, type Document, type Operation } from './reference.ts';
import { draftOf, headersOf, pathFor, urlOf } from './request.ts';
import { kLanguages, sampleIn } from './samples.ts';
import { Facts, SchemaView } from './schema_view.tsx';
import { TryIt } from './try_it.tsx';

interface Props {
  document: Document;
  operation: Operation;
  handle: string;
}

export function OperationView({ document, operation, handle }: Props) {
  const { id, method, path, summary, description, isEvent, bodies } = operation;
  return (
    <>
      <div class="head">
        <h1 id="title" tabIndex={-1}>
          {summary || path}
        </h1>
        {description && (
          <p>
            <Ticked text={description} />
          </p>
        )}
      </div>
      <div class={isEvent ? 'stack' : 'cols two'}>
        <div class="stack">
          <p class="row">
            <code class="chip tag info">{isEvent ? kDocs.sent : method}</code> <code class="b wrap">{path}</code>{' '}
            <Copy text={path} what={kDocs.copyPath} />
          </p>
          {isEvent ? <p class="m sm">{kDocs.sentSays}</p> : <Who operation={operation} />}
          <Parameters document={document} operation={operation} />
          {bodies.map(one => (
            <BodyView key={one.type} document={document} title={isEvent ? kDocs.payload : kDocs.body} body={one} />
          ))}
          <Answers document={document} answers={operation.answers} />
        </div>
        {!isEvent && <Request key={id} operation={operation} handle={handle} />}
      </div>
    </>
  );
}

function Who({ operation: { role, scope, tokenPath } }: { operation: Operation }) {
  return (
    <div class="stack s">
      <p class="row">
        {!role && !scope && <span class="chip tag good">{kDocs.public}</span>}
        {role && <span class="chip tag">{role === 'any' ? kDocs.anyUser : kDocs.role(role)}</span>}
        {scope && <span class="chip tag">{kDocs.scope(scope)}</span>}
      </p>
      {tokenPath && (
        <p class="m sm">
          {kDocs.tokenPath} <code class="wrap">{tokenPath}</code>
        </p>
      )}
    </div>
  );
}

function Parameters({ document, operation }: { document: Document; operation: Operation }) {
  const { parameters } = operation;
  if (!parameters.length) return null;
  return (
    <section class="panel" aria-labelledby="parameters">
      <div class="phead">
        <h2 id="parameters">{kDocs.parameters}</h2>
      </div>
      <ul class="members pad">
        {parameters.map(({ name, in: where, required, description, schema }) => (
          <li key={name}>
            <p class="row">
              <code class="b">{name}</code>{' '}
              <span class="m xs">
                {typeWords(document, schema)}, {kDocs.places[where]}
              </span>
              {required && <span class="chip tag bad">{kDocs.required}</span>}
            </p>
            <Facts schema={{ ...flat(document, schema), description }} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function BodyView({
  document,
  title,
  body: { type, schema, example },
}: {
  document: Document;
  title: string;
  body: Body;
}) {
  const heading = `body-${type.replace(/\W+/g, '-')}`;
  const { description } = flat(document, schema);
  return (
    <section class="panel" aria-labelledby={heading}>
      <div class="phead">
        <h2 id={heading}>{title}</h2> <span class="m sm">{type}</span>
      </div>
      <div class="pad stack s">
        {description && (
          <p class="m sm">
            <Ticked text={description} />
          </p>
        )}
        <SchemaView document={document} schema={schema} name={title.toLowerCase()} />
        <Example value={example} what={title.toLowerCase()} />
      </div>
    </section>
  );
}

function Example({ value, what }: { value: unknown; what: string }) {
  const [open, setOpen] = useState(false);
  if (value === undefined || typeof value === 'string') return null;
  return (
    <details class="nested" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{kDocs.example}</summary>
      {open && <Json text={JSON.stringify(value)} label={kDocs.exampleOf(what)} />}
    </details>
  );
}

function Answers({ document, answers }: { document: Document; answers: Answer[] }) {
  const good = answers.filter(({ status }) => /^[23]/.test(status)),
    errors = answers.filter(({ status }) => !/^[23]/.test(status));
  return (
    <>
      {good.length > 0 && (
        <section class="panel" aria-labelledby="answers">
          <div class="phead">
            <h2 id="answers">{kDocs.answers}</h2>
          </div>
          <div class="pad stack s">
            {good.map(({ status, description, body }) => (
              <div key={status} class="stack s">
                <p class="row">
                  <code class="chip tag good">{status}</code> <span class="m sm">{body?.type}</span>
                </p>
                <p class="sm">
                  <Ticked text={description} />
                </p>
                {body && <SchemaView document={document} schema={body.schema} name={status} />}
                {body && <Example value={body.example} what={status} />}
              </div>
            ))}
          </div>
        </section>
      )}
      {errors.length > 0 && (
        <section class="panel" aria-labelledby="errors">
          <div class="phead">
            <h2 id="errors">{kDocs.errorsOf}</h2>
          </div>
          <dl class="kv pad">
            {errors.map(({ status, description }) => (
              <>
                <dt key={status}>
                  <code>{status === 'default' ? kDocs.otherwise : status}</code>
                </dt>
                <dd>
                  <Ticked text={description} />
                </dd>
              </>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

// The samples and the form show the same request.
function Request({ operation, handle }: { operation: Operation; handle: string }) {
  const [changed, setChanged] = useState<ReturnType<typeof draftOf> | null>(null);
  const draft = changed ?? draftOf(operation, handle, !!token.value);
  const url = urlOf(operation, draft, location.origin),
    headers = headersOf(operation, draft);
  const asked = { method: operation.method, url, headers, token: draft.as !== 'nobody', body: draft.body };
  const code = sampleIn(language.value, asked);
  return (
    <div class="stack">
      <section class="panel" aria-labelledby="request">
        <div class="phead">
          <h2 id="request">{kDocs.request}</h2>
          <div class="seg push" role="group" aria-label={kDocs.language}>
            {kLanguages.map(one => (
              <button
                key={one}
                type="button"
                aria-pressed={one === language.value}
                onClick={() => {
                  language.value = one;
                }}
              >
                {kDocs.languages[one]}
              </button>
            ))}
          </div>
        </div>
        <pre class="code" tabIndex={0} role="region" aria-label={kDocs.sampleIn(kDocs.languages[language.value]!)}>
          {code}
        </pre>
        <div class="pfoot">
          {asked.token && <span>{kDocs.tokenSays}</span>}
          <span class="push">
            <Copy text={code} what={kDocs.sample}>
              {kDocs.copySample}
            </Copy>
          </span>
        </div>
      </section>
      <TryIt
        operation={{ ...operation, path: pathFor(operation, draft) }}
        draft={draft}
        onChange={setChanged}
        url={url}
        headers={headers}
      />
    </div>
  );
}
