import { useState } from 'preact/hooks';
import { Choice } from '../../parts/chip.tsx';
import { Copy } from '../../parts/copy.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import { at } from '../../state/place.ts';
import { kSnippets } from './snippets.ts';

const kSays = kPlaybook.subscribe;

// The secret, shown once: no later response contains it, and neither does the inspector.
export function Secret({
  created: { subscriptionId, secret },
}: {
  created: { subscriptionId: string; secret: string };
}) {
  const [language, setLanguage] = useState(kSnippets[0]!.language);
  const snippet = kSnippets.find(one => one.language === language)!;
  return (
    <section class="panel strong" aria-labelledby="secret" role="status">
      <div class="phead">
        <h2 id="secret">{kSays.secret}</h2>
      </div>
      <div class="pad stack s">
        <p>{kSays.secretSays}</p>
        <p class="secret">
          <code class="wrap">{secret}</code> <Copy text={secret} what={kSays.secretWhat} />
        </p>
        <p>
          <a class="btn pri" href={at('test', [], { subscription: subscriptionId })}>
            {kSays.sendTest}
          </a>
        </p>
        <details>
          <summary class="m sm">{kSays.code}</summary>
          <div class="stack s">
            <div class="chooses" role="group" aria-label={kSays.language}>
              {kSnippets.map(one => (
                <Choice
                  key={one.language}
                  name={one.language}
                  on={one.language === language}
                  onPress={() => setLanguage(one.language)}
                />
              ))}
            </div>
            <pre class="code" tabIndex={0} role="region" aria-label={kSays.verifyingIn(language)}>
              {snippet.code}
            </pre>
            <div>
              <Copy text={snippet.code} what={kSays.codeWhat}>
                {kSays.copyCode}
              </Copy>
            </div>
          </div>
        </details>
      </div>
    </section>
  );
}
