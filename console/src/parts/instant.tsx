import { now } from '../state/now.ts';
import { clock } from '../state/preferences.ts';
import { told } from '../state/instants.ts';

// An instant in the format the user chose, with the exact one on hover.
export function Instant({ at }: { at: string | null | undefined }) {
  if (!at) return <span class="m">–</span>;
  return (
    <time dateTime={at} title={at}>
      {told(at, clock.value, now.value)}
    </time>
  );
}
