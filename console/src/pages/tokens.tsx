import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { useList } from '../state/list.ts';
import { place, toTop } from '../state/place.ts';
import { NewToken } from './tokens/new_token.tsx';
import { One, type Shown } from './tokens/one.tsx';

export function TokensPage() {
  const { handle } = place.value;
  const closed = closedBelow('OPERATOR');
  const [shown, setShown] = useState<Shown | null>(null);
  const { items, more, fault, again } = useList(
    cursor =>
      ask(quietly.GET('/v2/handles/{handle}/tokens', { params: { path: { handle }, query: { cursor, limit: 100 } } })),
    [handle],
  );
  const show = (one: Shown) => {
    setShown(one);
    again();
    toTop();
  };
  return (
    <>
      <h1>Tokens</h1>
      <p class="lead">
        Access tokens for your own servers. Each works on this handle only, for the scopes that you choose.
      </p>
      {shown && <Secret key={shown.token} shown={shown} />}
      {closed ? <p class="note">{closed}</p> : fault && <FaultNote fault={fault} />}
      {!closed && <NewToken onCreated={show} />}
      <section aria-labelledby="tokens">
        {!closed && <h2 id="tokens">Access tokens</h2>}
        {items?.length === 0 && <Empty says="No access tokens yet. Create one above." />}
        {items?.map(one => (
          <One key={one.tokenId} token={one} onRotated={show} onDeleted={again} />
        ))}
        {more && (
          <div>
            <Button onPress={more}>Show more</Button>
          </div>
        )}
      </section>
    </>
  );
}

// The token, shown once: no later response contains it, and neither does the inspector.
function Secret({ shown: { name, token } }: { shown: Shown }) {
  return (
    <section class="card strong" aria-labelledby="secret" role="status">
      <h2 id="secret">Token of {name}</h2>
      <p>It is shown only once: store it where your server can read it.</p>
      <p>
        Send it as <code>Authorization: Bearer</code> or <code>x-api-key</code>.
      </p>
      <p class="secret">
        <code class="wrap">{token}</code> <Copy text={token} what="token" />
      </p>
    </section>
  );
}
