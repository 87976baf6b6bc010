import { isNotOffered, whatToDo, type Fault } from '../api/fault.ts';
import { Copy } from './copy.tsx';

// Stays where it happened: what, why, what to do, and the request id for whoever runs the server. `beside` are fields
// whose issue already stands beside them.
export function FaultNote({ fault, what, beside = [] }: { fault: Fault; what: string; beside?: string[] }) {
  if (isNotOffered(fault))
    return <p class="note">This server does not offer {what} yet. Everything else on this page works.</p>;
  const others = fault.details.filter(({ field }) => !beside.includes(field));
  return (
    <div class="fault" role="alert">
      <p>
        <strong>
          {fault.status ? `${fault.status} ` : ''}
          <code>{fault.code}</code>
        </strong>{' '}
        {fault.details.length ? '' : fault.message}
      </p>
      {fault.details.length > others.length && <p>The fields above say what to change.</p>}
      {others.length > 0 && (
        <ul>
          {others.map(({ field, issue }) => (
            <li key={field + issue}>
              <code>{field || 'body'}</code> {issue}
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
