import { useEffect } from 'preact/hooks';
import { announce } from '../state/announce.ts';

// How many rows a list shows, at the end of its filters. Read out when it changes.
export function FoundCount({ says }: { says: string }) {
  useEffect(() => announce(says), [says]);
  return <span class="push m sm n">{says}</span>;
}
