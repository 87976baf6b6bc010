// What the page says of errors, beside the server's own sentences.
export const kFaults = {
  // what to do, by the API's code
  next: {
    unreachable: 'Check that the server is running and reachable, then try again.',
    invalid_token: 'Sign in again with a token from this server.',
    missing_bearer_token: 'Sign in first.',
    token_expired: 'Sign in again: tokens are valid for a limited time.',
    insufficient_role: 'Use a token with that role, or ask the owner of the handle to grant it to you.',
    feature_locked: 'A platform admin can add this handle to the allowlist.',
    handle_not_found: 'Check the handle and that you have a role on it.',
    precondition_failed: 'Reload the page to see what it is now, and make your change again.',
    rate_limited: 'Wait for the given time, then try again.',
    unavailable: 'Nothing was stored. Try again in a moment.',
    internal_error: 'Give the request id to whoever runs the server: its log has the details.',
    payload_too_large: 'Send less at once: a request is limited to 64 KiB.',
  } as Record<string, string>,
  // instead of the server's sentence, where that speaks of the protocol
  said: {
    precondition_failed: 'Somebody else changed this in the meantime. Nothing was saved.',
  } as Record<string, string>,
  tryAgain: (seconds: number) => `Try again in ${seconds} s.`,
  noMessage: (status: number) => `The server returned ${status} without a message.`,
  noResponse: (why: string) => `No response from the server${why ? ` (${why})` : ''}.`,
};
