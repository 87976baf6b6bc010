// A long id on one line: cut where there is no room, whole on hover and when copied.
import { Copy } from './copy.tsx';

export const Cut = ({ text, what }: { text: string; what?: string }) => (
  <span class="row tight cutted">
    <code class="cut" title={text}>
      {text}
    </code>
    {what && <Copy text={text} what={what} />}
  </span>
);
