import { useEffect } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { kPlaybook } from '../sentences/playbook.ts';
import { place } from '../state/place.ts';
import { reroll, session, take } from '../state/playbook.ts';
import './playbook.css';

// The session that the steps work on: a generated id at first, which can be replaced by hand.
export function SessionBar() {
  const { handle } = place.value;
  useEffect(() => {
    if (!session.peek()) reroll();
  }, [handle]);
  return (
    <div class="session-bar">
      <label class="lbl" for="session">
        {kPlaybook.session}
      </label>
      <input
        id="session"
        class="mono"
        value={session.value}
        maxLength={128}
        spellcheck={false}
        autocomplete="off"
        onChange={event => take(event.currentTarget.value.trim())}
      />
      <Copy text={() => session.value} what={kPlaybook.sessionId} />
      <button type="button" class="btn" onClick={reroll}>
        {kPlaybook.newSession}
      </button>
    </div>
  );
}
