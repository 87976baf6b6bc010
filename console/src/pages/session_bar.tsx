import { useEffect } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { place } from '../state/place.ts';
import { reroll, session, take } from '../state/playbook.ts';

// The session that the steps work on: a generated id at first, which can be replaced by hand.
export function SessionBar() {
  const { handle } = place.value;
  useEffect(() => {
    if (!session.peek()) reroll();
  }, [handle]);
  return (
    <div class="session-bar">
      <label for="session">Session</label>
      <input
        id="session"
        class="mono"
        value={session.value}
        maxLength={128}
        spellcheck={false}
        autocomplete="off"
        onChange={event => take(event.currentTarget.value.trim())}
      />
      <button type="button" class="button" onClick={reroll}>
        New session
      </button>
      <Copy text={() => session.value} what="session id" />
    </div>
  );
}
