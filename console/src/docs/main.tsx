// The API reference at /docs, made from /openapi.json. The operation stands in the fragment of the address, the search
// and the handle in its query.
import '../style/main.css';
import './docs.css';
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Callout } from '../parts/callout.tsx';
import { kDocs } from '../sentences/docs.ts';
import { askSiblings, token } from '../state/sign_in.ts';
import { Browse } from './browse.tsx';
import { OperationView } from './operation_view.tsx';
import { Overview } from './overview.tsx';
import { groupsOf, type Document, type Group } from './reference.ts';
import { bearing } from './request.ts';
import { Top } from './top.tsx';

const named = () => decodeURIComponent(location.hash.slice(1));
const inQuery = (name: string) => new URLSearchParams(location.search).get(name) ?? '';
function keep(name: string, value: string) {
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value);
  else query.delete(name);
  history.replaceState(null, '', `${location.pathname}${query.size ? `?${query}` : ''}${location.hash}`);
}

// The first handle of whoever is signed in to the console; '' for nobody.
async function ownHandle(): Promise<string> {
  await askSiblings();
  if (!token.peek()) return '';
  const answer = await fetch('/v2/auth/me', { headers: [bearing(token.peek())] });
  if (!answer.ok) return '';
  return ((await answer.json()) as { handles: { handle: string }[] }).handles[0]?.handle ?? '';
}

function Page() {
  const [read, setRead] = useState<{ document: Document; groups: Group[] } | null>(null),
    [failed, setFailed] = useState(''),
    [id, setId] = useState(named()),
    [search, setSearch] = useState(inQuery('q')),
    [handle, setHandle] = useState(inQuery('handle'));
  const load = () => {
    setFailed('');
    fetch('/openapi.json')
      .then(async answer => {
        if (!answer.ok) throw new Error(String(answer.status));
        const document = (await answer.json()) as Document;
        setRead({ document, groups: groupsOf(document) });
      })
      .catch(error => setFailed((error as Error).message));
  };
  useEffect(() => {
    load();
    void ownHandle().then(own => setHandle(now => now || own));
    const move = () => setId(named());
    addEventListener('hashchange', move);
    return () => removeEventListener('hashchange', move);
  }, []);
  const all = read?.groups.flatMap(group => group.operations) ?? [];
  const shown = all.find(one => one.id === id);
  const title = shown ? kDocs.titleOf(shown.summary || shown.path) : kDocs.windowTitle;
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = title;
    if (!read) return;
    if (!isFirst.current) {
      scrollTo(0, 0);
      document.getElementById('title')?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [id, !read]);
  return (
    <>
      <Top />
      <div class="main docs">
        {failed && (
          <Callout tone="bad" alert>
            <p>
              {kDocs.notRead(failed)}{' '}
              <button type="button" class="btn" onClick={load}>
                {kDocs.again}
              </button>
            </p>
          </Callout>
        )}
        {!read && !failed && (
          <p class="loading" aria-live="polite">
            {kDocs.loading}
          </p>
        )}
        {read && (
          <div class="cols side-main">
            <Browse
              groups={read.groups}
              current={shown?.id ?? ''}
              search={search}
              onSearch={text => {
                setSearch(text);
                keep('q', text);
              }}
            />
            <main id="main" tabIndex={-1} class="stack">
              {shown ? (
                <OperationView
                  key={`${shown.id} ${handle}`}
                  document={read.document}
                  operation={shown}
                  handle={handle || 'acme'}
                />
              ) : (
                <Overview
                  document={read.document}
                  groups={read.groups}
                  unknown={id}
                  handle={handle}
                  onHandle={name => {
                    setHandle(name);
                    keep('handle', name);
                  }}
                />
              )}
            </main>
          </div>
        )}
      </div>
    </>
  );
}

const place = document.getElementById('page')!;
place.replaceChildren();
render(<Page />, place);
