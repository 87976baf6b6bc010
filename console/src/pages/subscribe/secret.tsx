import { useState } from 'preact/hooks';
import { Copy } from '../../parts/copy.tsx';
import { at } from '../../state/place.ts';
import { kSnippets } from './snippets.ts';

// The secret, shown once: no later response contains it, and neither does the inspector.
export function Secret({
  created: { subscriptionId, secret },
}: {
  created: { subscriptionId: string; secret: string };
}) {
  const [language, setLanguage] = useState(kSnippets[0]!.language);
  const snippet = kSnippets.find(one => one.language === language)!;
  return (
    <section class="card strong" aria-labelledby="secret" role="status">
      <h2 id="secret">Signing secret</h2>
      <p>Deliveries are signed with this secret. It is shown only once: store it where your receiver can read it.</p>
      <p class="secret">
        <code class="wrap">{secret}</code> <Copy text={secret} what="secret" />
      </p>
      <p>
        <a class="button primary" href={at('test', [], { subscription: subscriptionId })}>
          Send a test delivery
        </a>
      </p>
      <details class="more">
        <summary>Code to verify a delivery</summary>
        <div class="choices" role="group" aria-label="Language">
          {kSnippets.map(one => (
            <button
              type="button"
              key={one.language}
              class="choice"
              aria-pressed={one.language === language}
              onClick={() => setLanguage(one.language)}
            >
              {one.language}
            </button>
          ))}
        </div>
        <pre class="code" tabIndex={0} role="region" aria-label={`Verifying in ${language}`}>
          {snippet.code}
        </pre>
        <Copy text={snippet.code} what="code">
          Copy the code
        </Copy>
      </details>
    </section>
  );
}
