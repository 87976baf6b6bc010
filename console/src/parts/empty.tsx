import type { ComponentChildren } from 'preact';
import { toCurl, type Asked } from '../api/curl.ts';
import { Copy } from './copy.tsx';

// An empty list: one sentence, one action, and the same request as cURL.
export function Empty({ says, children, asked }: { says: string; children?: ComponentChildren; asked?: Asked }) {
  return (
    <div class="empty">
      <p>{says}</p>
      {children}
      {asked && (
        <details>
          <summary>With cURL</summary>
          <pre class="code" tabIndex={0} role="region" aria-label="cURL">
            {toCurl(asked)}
          </pre>
          <Copy text={() => toCurl(asked)} what="cURL">
            Copy as cURL
          </Copy>
        </details>
      )}
    </div>
  );
}
