// The error of a request, with advice for the user.
import { kFaults } from '../sentences/faults.ts';

export interface Fault {
  code: string; // the API's error code, or 'unreachable'
  message: string;
  status: number; // 0 if there was no response
  requestId?: string;
  details: { field: string; issue: string }[];
  retryAfter?: number; // seconds
  requiredRole?: string;
  role?: string;
  rules?: string[]; // of a conflict: the ids of those that use what was to be deleted
}

// Whether it refuses the token, and not a password.
export const refusesToken = (fault: Fault) => fault.status === 401 && fault.code !== 'invalid_credentials';

// What the server says of that field.
export const issueIn = (fault: Fault | null, field: string) => fault?.details.find(one => one.field === field)?.issue;

export const whatToDo = (fault: Fault) =>
  fault.retryAfter ? kFaults.tryAgain(fault.retryAfter) : (kFaults.next[fault.code] ?? '');

export function faultOf(status: number, headers: Headers, body: unknown): Fault {
  const said = (body && typeof body === 'object' ? body : {}) as Partial<Fault> & { error?: string };
  const retryAfter = Number(headers.get('retry-after'));
  return {
    code: said.error ?? `status_${status}`,
    message: said.message ?? kFaults.noMessage(status),
    status,
    requestId: headers.get('x-request-id') ?? said.requestId,
    details: Array.isArray(said.details) ? said.details : [],
    retryAfter: retryAfter > 0 ? retryAfter : undefined,
    requiredRole: said.requiredRole,
    role: said.role,
    rules: Array.isArray(said.rules) ? said.rules.map(String) : undefined,
  };
}

export const unreachable = (error: unknown): Fault => ({
  code: 'unreachable',
  status: 0,
  details: [],
  message: kFaults.noResponse(error instanceof Error ? error.message : ''),
});
