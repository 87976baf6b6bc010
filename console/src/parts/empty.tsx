import type { ComponentChildren } from 'preact';
import { toCurl, type Asked } from '../api/curl.ts';
import { Copy } from './copy.tsx';

// An empty list: one sentence, one thing to do about it, and the same as cURL.
export function Empty({ says, children, asked }: { says: string; children?: ComponentChildren; asked?: Asked }) {
  return (
    <div class="empty">
      <p>{says}</p>
      {children}
      {asked && (
        <details>
          <summary>The same with cURL</summary>
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
