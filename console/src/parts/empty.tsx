import type { ComponentChildren } from 'preact';
import { toCurl, type Asked } from '../api/curl.ts';
import { kParts } from '../sentences/parts.ts';
import { Copy } from './copy.tsx';
import { Icon, type IconName } from './icon.tsx';

interface Props {
  says: string;
  title?: string; // "No deliveries yet"
  icon?: IconName;
  children?: ComponentChildren; // what can be done about it
  asked?: Asked;
}

// An empty list: one sentence, one action, and the same request as cURL.
export function Empty({ says, title, icon, children, asked }: Props) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} />}
      {title && <h3>{title}</h3>}
      <p>{says}</p>
      {children}
      {asked && (
        <details>
          <summary>{kParts.withCurl}</summary>
          <pre class="code" tabIndex={0} role="region" aria-label={kParts.curl}>
            {toCurl(asked)}
          </pre>
          <Copy text={() => toCurl(asked)} what={kParts.curl}>
            {kParts.copyAsCurl}
          </Copy>
        </details>
      )}
    </div>
  );
}
