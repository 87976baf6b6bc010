import { useState } from 'preact/hooks';
import { ask, quietly } from '../api/client.ts';
import { Callout } from '../parts/callout.tsx';
import { Copy } from '../parts/copy.tsx';
import { Empty } from '../parts/empty.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { PageHead } from '../parts/page_head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Ticked } from '../parts/ticked.tsx';
import { kTokens } from '../sentences/tokens.ts';
import { useList } from '../state/list.ts';
import { place, toTop } from '../state/place.ts';
import { NewToken } from './tokens/new_token.tsx';
import { TokenTable, type Shown } from './tokens/token_table.tsx';

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
      <PageHead title={kTokens.title} says={kTokens.says} />
      {shown && <Secret key={shown.token} shown={shown} />}
      {closed ? (
        <Callout tone="warn">{closed}</Callout>
      ) : (
        <>
          {fault && <FaultNote fault={fault} />}
          <Panel title={kTokens.list} more={more}>
            {items?.length === 0 && <Empty icon="key" says={kTokens.empty} />}
            {!!items?.length && <TokenTable tokens={items} onRotated={show} onDeleted={again} />}
          </Panel>
          <NewToken onCreated={show} />
        </>
      )}
    </>
  );
}

const { shown: kWords } = kTokens;

// The token, shown once: no later response contains it, and neither does the inspector.
const Secret = ({ shown: { name, token } }: { shown: Shown }) => (
  <section class="panel pad stack s strong" aria-labelledby="secret">
    <h2 id="secret">{kWords.title(name)}</h2>
    <p>{kWords.once}</p>
    <p>
      <Ticked text={kWords.send} />
    </p>
    <p class="secret">
      <code>{token}</code> <Copy text={token} what={kWords.what} />
    </p>
  </section>
);
