import { refusesToken, whatToDo, type Fault } from '../api/fault.ts';
import { token } from '../state/sign_in.ts';
import { Copy } from './copy.tsx';
import { Ticked } from './ticked.tsx';

// Shows an error where it occurred: what, why, what to do, and the request id. `beside` names the fields that already
// show their issue.
export function FaultNote({ fault, beside = [] }: { fault: Fault; beside?: string[] }) {
  if (refusesToken(fault) && token.value) return null; // outdated: somebody has signed in since
  const others = fault.details.filter(({ field }) => !beside.includes(field));
  return (
    <div class="fault" role="alert">
      <p>
        <strong>
          {fault.status ? `${fault.status} ` : ''}
          <code>{fault.code}</code>
        </strong>{' '}
        {!fault.details.length && <Ticked text={fault.message} />}
      </p>
      {fault.details.length > others.length && <p>See the fields above for what to change.</p>}
      {others.length > 0 && (
        <ul>
          {others.map(({ field, issue }) => (
            <li key={field + issue}>
              <code>{field || 'body'}</code> <Ticked text={issue} />
            </li>
          ))}
        </ul>
      )}
      {whatToDo(fault) && <p>{whatToDo(fault)}</p>}
      {fault.requestId && (
        <p class="small">
          Request <code>{fault.requestId}</code> <Copy text={fault.requestId} what="request id" />
        </p>
      )}
    </div>
  );
}
