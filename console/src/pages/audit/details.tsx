import { kAudit } from '../../sentences/audit.ts';
import { changesOf, type Change } from '../../state/audit.ts';

const kShown = 3; // changes; the others are behind a button
const kShort = 80; // characters of a value

const cut = (text: string) => (text.length > kShort ? `${text.slice(0, kShort)}…` : text);

const saidOf = ({ was, is }: Change) =>
  was === null
    ? kAudit.added(cut(is ?? ''))
    : is === null
      ? kAudit.removed(cut(was))
      : kAudit.changed(cut(was), cut(is));

// The object itself is named next to it, and the version of all rules says nothing of this one.
const kWhole = /^(?:rule|settings)\./;
const ordered = (changes: Change[]) => [
  ...changes.filter(one => one.path !== 'rulesVersion'),
  ...changes.filter(one => one.path === 'rulesVersion'),
];

const List = ({ changes }: { changes: Change[] }) => (
  <ul class="changes">
    {changes.map(one => (
      <li key={one.path} class="wrap">
        {one.path && <code>{one.path.replace(kWhole, '')}</code>} {saidOf(one)}
      </li>
    ))}
  </ul>
);

// What is different now, in words; the rest, and what is stored, is opened.
export function Details({ before, detail }: { before: unknown; detail: unknown }) {
  const changes = ordered(changesOf(before, detail));
  if (!changes.length) return null;
  const rest = changes.slice(kShown);
  const isCut = changes.some(({ was, is }) => (was ?? '').length > kShort || (is ?? '').length > kShort);
  return (
    <div class="sm">
      <List changes={changes.slice(0, kShown)} />
      {(rest.length > 0 || isCut) && (
        <details>
          <summary>{rest.length > 0 ? kAudit.more(rest.length) : kAudit.raw}</summary>
          <List changes={rest} />
          {before !== null && <Stored of={before} label={kAudit.was} />}
          <Stored of={detail} label="" />
        </details>
      )}
    </div>
  );
}

const Stored = ({ of, label }: { of: unknown; label: string }) => (
  <p class="wrap">
    <span class="m">{label}</span>
    <code class="wrap">{JSON.stringify(of)}</code>
  </p>
);
