import { Choice } from '../../parts/chip.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { kSources } from '../../sentences/sources.ts';
import { at, filter, place } from '../../state/place.ts';
import { filledIn, kLibraries, type Library } from './snippets.ts';

const { libraries: kWords } = kSources;

// What a page or a server sends with, as it works here.
export function Libraries({ handle }: { handle: string }) {
  const chosen = kLibraries.find(one => one.name === place.value.query.get('library')) ?? kLibraries[0]!;
  return (
    <section class="panel pad stack s" aria-labelledby="library">
      <h2 id="library">{kWords.title}</h2>
      <div class="row" role="group" aria-label={kWords.title}>
        {kLibraries.map(({ name }) => (
          <Choice key={name} name={name} on={name === chosen.name} onPress={() => filter({ library: name })} />
        ))}
      </div>
      {chosen.snippets.map(({ where, code }) => {
        const filled = filledIn(code, location.origin, handle);
        const label = kWords.of(chosen.name, where);
        return (
          <section key={where} class="stack s" aria-label={label}>
            <h3>{kWords.places[where]}</h3>
            {where !== 'In a browser' && <TokenNote library={chosen} />}
            <pre class="code" tabIndex={0} role="region" aria-label={kWords.code(label)}>
              {filled}
            </pre>
            <p>
              <Copy text={filled} what={kWords.what}>
                {kWords.copy}
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
        <Ticked text={kWords.inPlaceOf} /> <a href={at('tokens')}>{kWords.token}</a> {kWords.forModel}
      </>
    ) : (
      <>
        <Ticked text={kWords.isAn} /> <a href={at('tokens')}>{kWords.token}</a>{' '}
        <Ticked text={kWords.withScope(scope)} />
      </>
    )}
  </p>
);
