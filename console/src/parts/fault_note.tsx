import { refusesToken, whatToDo, type Fault } from '../api/fault.ts';
import { kFaults } from '../sentences/faults.ts';
import { kParts } from '../sentences/parts.ts';
import { canTryAgain, tryAgain } from '../state/poll.ts';
import { token } from '../state/sign_in.ts';
import { Button } from './button.tsx';
import { Copy } from './copy.tsx';
import { Icon } from './icon.tsx';
import { Ticked } from './ticked.tsx';

// Shows an error where it occurred: what, why, what to do, and the request id. `beside` names the fields that already
// show their issue.
export function FaultNote({ fault, beside = [] }: { fault: Fault; beside?: string[] }) {
  if (refusesToken(fault) && token.value) return null; // outdated: somebody has signed in since
  const others = fault.details.filter(({ field }) => !beside.includes(field));
  return (
    <div class="callout bad fault" role="alert">
      <Icon name="alert" />
      <div>
        {!fault.details.length && (
          <p class="b">
            <Ticked text={kFaults.said[fault.code] ?? fault.message} />
          </p>
        )}
        {fault.details.length > others.length && <p>{kParts.seeFields}</p>}
        {others.length > 0 && (
          <ul>
            {others.map(({ field, issue }) => (
              <li key={field + issue}>
                <code>{field || kParts.body}</code> <Ticked text={issue} />
              </li>
            ))}
          </ul>
        )}
        {whatToDo(fault) && <p>{whatToDo(fault)}</p>}
        {fault.code === 'unreachable' && canTryAgain.value && (
          <p class="row">
            <Button onPress={tryAgain}>{kParts.tryAgain}</Button>
            <span class="sm">{kParts.triesAgain}</span>
          </p>
        )}
        <p class="xs">
          {fault.status ? `${fault.status} ` : ''}
          <code>{fault.code}</code>
          {fault.requestId && (
            <>
              {' · '}
              {kParts.request} <code>{fault.requestId}</code> <Copy text={fault.requestId} what={kParts.requestId} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}
