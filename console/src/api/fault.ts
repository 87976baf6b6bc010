// What went wrong with a request, in words a person can act on.
export interface Fault {
  code: string; // the contract's, or 'unreachable'
  message: string;
  status: number; // 0 where no answer came
  requestId?: string;
  details: { field: string; issue: string }[];
  retryAfter?: number; // seconds
  requiredRole?: string;
  role?: string;
}

const kNext: Record<string, string> = {
  unreachable: 'See whether the server runs and can be reached from here, then try again.',
  invalid_token: 'Sign in again with a token of this server.',
  missing_bearer_token: 'Sign in first.',
  token_expired: 'Sign in again: tokens live for a while only.',
  insufficient_role: 'Use a token of that role, or ask the owner of the handle to grant it to you.',
  feature_locked: 'A platform admin can put this handle on the allowlist.',
  handle_not_found: 'Check the handle, and that you have a role on it.',
  precondition_failed: 'Somebody changed it meanwhile. Load it again, look at the difference, and save once more.',
  rate_limited: 'Wait the time given, then try again.',
  unavailable: 'Nothing was stored. Try again in a moment.',
  internal_error: 'Give the request id to whoever runs the server: its log says more.',
  payload_too_large: 'Send less at once: a request is at most 64 KiB.',
};

export const whatToDo = (fault: Fault) =>
  fault.retryAfter ? `Try again in ${fault.retryAfter} s.` : (kNext[fault.code] ?? '');

// The server is older than this page, or was built without this part.
export const isNotOffered = (fault: Fault) =>
  fault.status === 405 || (fault.status === 404 && fault.code === 'not_found');

export function faultOf(status: number, headers: Headers, body: unknown): Fault {
  const said = (body && typeof body === 'object' ? body : {}) as Partial<Fault> & { error?: string };
  const retryAfter = Number(headers.get('retry-after'));
  return {
    code: said.error ?? `status_${status}`,
    message: said.message ?? `The server answered ${status} without saying why.`,
    status,
    requestId: headers.get('x-request-id') ?? said.requestId,
    details: Array.isArray(said.details) ? said.details : [],
    retryAfter: retryAfter > 0 ? retryAfter : undefined,
    requiredRole: said.requiredRole,
    role: said.role,
  };
}

export const unreachable = (error: unknown): Fault => ({
  code: 'unreachable',
  status: 0,
  details: [],
  message: `No answer came${error instanceof Error && error.message ? ` (${error.message})` : ''}.`,
});
