import { useState } from 'preact/hooks';
import { Ticked } from '../parts/ticked.tsx';
import { kDocs } from '../sentences/docs.ts';
import { alternativesOf, flat, membersOf, typeWords, type Document, type Member, type Schema } from './reference.ts';

interface Props {
  document: Document;
  schema: Schema;
  name: string; // what it describes
}

// The members of an object, each with its type; those of nested objects open on demand, so that schemas may be
// recursive.
export function SchemaView({ document, schema, name }: Props) {
  const members = membersOf(document, schema),
    alternatives = alternativesOf(document, schema);
  return (
    <>
      {members.length > 0 && (
        <ul class="members" aria-label={kDocs.members(name)}>
          {members.map(one => (
            <One key={one.name} document={document} member={one} />
          ))}
        </ul>
      )}
      {alternatives.map((one, index) => (
        <Nested
          key={index}
          document={document}
          schema={one}
          name={`${name}, ${kDocs.alternative(index + 1)}`}
          title={`${kDocs.alternative(index + 1)}: ${titleOf(document, one)}`}
        />
      ))}
    </>
  );
}

// The name of a referenced schema, else its first members, else its type.
function titleOf(document: Document, schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!;
  const names = membersOf(document, schema).map(one => one.name);
  return names.length ? names.slice(0, 3).join(', ') : typeWords(document, schema);
}

function One({ document, member: { name, schema, required } }: { document: Document; member: Member }) {
  const all = flat(document, schema);
  const nested = membersOf(document, schema).length + alternativesOf(document, schema).length > 0;
  const shown = name === '*' ? kDocs.anyName : name;
  return (
    <li>
      <p class="row">
        <code class="b">{shown}</code> <span class="m xs">{typeWords(document, schema)}</span>
        {required && <span class="chip tag bad">{kDocs.required}</span>}
      </p>
      <Facts schema={all} />
      {nested && <Nested document={document} schema={schema} name={shown} title={kDocs.members(shown)} />}
    </li>
  );
}

// What a schema says in words and values.
export function Facts({ schema: { description, enum: values, default: fallback, pattern } }: { schema: Schema }) {
  return (
    <>
      {description && (
        <p class="m sm">
          <Ticked text={description} />
        </p>
      )}
      {values && (
        <p class="m sm">
          {kDocs.values}{' '}
          {values.map((value, index) => (
            <>
              {index > 0 && ', '}
              <code>{JSON.stringify(value)}</code>
            </>
          ))}
        </p>
      )}
      {fallback !== undefined && <p class="m sm">{kDocs.default(JSON.stringify(fallback))}</p>}
      {pattern && (
        <p class="m sm">
          {kDocs.pattern} <code>{pattern}</code>
        </p>
      )}
    </>
  );
}

function Nested({ document, schema, name, title }: Props & { title: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="nested" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && <SchemaView document={document} schema={schema} name={name} />}
    </details>
  );
}
