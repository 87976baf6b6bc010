import { closedBelow } from '../../parts/gate.ts';
import { Callout } from '../../parts/callout.tsx';
import { kRules } from '../../sentences/rules.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { loadSubscriptions, subscriptions } from '../../state/subscriptions.ts';
import { isReceived } from './due.ts';

const kEvery = 15_000; // milliseconds
const t = kRules.editor.unreceived;

// A warning that no enabled endpoint receives the messages of a delayed rule. Nothing while the endpoints are unknown,
// and for a role that may not read them.
export function Unreceived() {
  const { handle } = place.value;
  const closed = closedBelow('OPERATOR');
  usePoll(kEvery, async () => {
    if (!closed) await loadSubscriptions(handle);
  }, [handle, closed]);
  const endpoints = closed ? null : subscriptions.value;
  if (!endpoints || endpoints.some(one => one.handle !== handle) || isReceived(endpoints)) return null;
  return (
    <Callout tone="warn" title={t.title}>
      <p>
        {t.says} <a href={at('endpoints', endpoints.length ? [] : ['+'])}>{t.link(endpoints.length > 0)}</a>
      </p>
    </Callout>
  );
}
