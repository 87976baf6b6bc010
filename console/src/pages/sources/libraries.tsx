import { Choice } from '../../parts/chip.tsx';
import { Copy } from '../../parts/copy.tsx';
import { at, filter, place } from '../../state/place.ts';
import { filledIn, kLibraries, type Library } from './snippets.ts';

// What a page or a server sends with, as it works here.
export function Libraries({ handle }: { handle: string }) {
  const chosen = kLibraries.find(one => one.name === place.value.query.get('library')) ?? kLibraries[0]!;
  return (
    <section class="card" aria-labelledby="library">
      <h2 id="library">Library</h2>
      <div class="choices" role="group" aria-label="Library">
        {kLibraries.map(({ name }) => (
          <Choice key={name} name={name} on={name === chosen.name} onPress={() => filter({ library: name })} />
        ))}
      </div>
      {chosen.snippets.map(({ where, code }) => {
        const filled = filledIn(code, location.origin, handle);
        const label = `${chosen.name}: ${where.toLowerCase()}`;
        return (
          <section key={where} class="stack" aria-label={label}>
            <h3>{where}</h3>
            {where !== 'In a browser' && <TokenNote library={chosen} />}
            <pre class="code" tabIndex={0} role="region" aria-label={`${label}, code`}>
              {filled}
            </pre>
            <p>
              <Copy text={filled} what="code">
                Copy the code
              </Copy>
            </p>
          </section>
        );
      })}
    </section>
  );
}

const TokenNote = ({ library: { name, scope } }: { library: Library }) => (
  <p>
    {name === 'MCP' ? (
      <>
        In place of <code>patv1_…</code>, an <a href={at('tokens')}>access token</a> with the scopes that the model
        shall have, and no more.
      </>
    ) : (
      <>
        <code>BECKON_TOKEN</code> is an <a href={at('tokens')}>access token</a> with the scope <code>{scope}</code>.
      </>
    )}
  </p>
);
