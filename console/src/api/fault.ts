// The error of a request, with advice for the user.
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

const kNext: Record<string, string> = {
  unreachable: 'Check that the server is running and reachable, then try again.',
  invalid_token: 'Sign in again with a token from this server.',
  missing_bearer_token: 'Sign in first.',
  token_expired: 'Sign in again: tokens are valid for a limited time.',
  insufficient_role: 'Use a token with that role, or ask the owner of the handle to grant it to you.',
  feature_locked: 'A platform admin can add this handle to the allowlist.',
  handle_not_found: 'Check the handle and that you have a role on it.',
  precondition_failed: 'Somebody else changed it in the meantime. Reload it, review the difference, and save again.',
  rate_limited: 'Wait for the given time, then try again.',
  unavailable: 'Nothing was stored. Try again in a moment.',
  internal_error: 'Give the request id to whoever runs the server: its log has the details.',
  payload_too_large: 'Send less at once: a request is limited to 64 KiB.',
};

// Whether it refuses the token, and not a password.
export const refusesToken = (fault: Fault) => fault.status === 401 && fault.code !== 'invalid_credentials';

// What the server says of that field.
export const issueIn = (fault: Fault | null, field: string) => fault?.details.find(one => one.field === field)?.issue;

export const whatToDo = (fault: Fault) =>
  fault.retryAfter ? `Try again in ${fault.retryAfter} s.` : (kNext[fault.code] ?? '');

export function faultOf(status: number, headers: Headers, body: unknown): Fault {
  const said = (body && typeof body === 'object' ? body : {}) as Partial<Fault> & { error?: string };
  const retryAfter = Number(headers.get('retry-after'));
  return {
    code: said.error ?? `status_${status}`,
    message: said.message ?? `The server returned ${status} without a message.`,
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
  message: `No response from the server${error instanceof Error && error.message ? ` (${error.message})` : ''}.`,
});
