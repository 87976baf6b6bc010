// Why a delivery cannot be retried by hand now; '' if it can. As the server decides it.
type Retried = { status: string; reason: string | null; nextAttemptAt: string | null; requestBody?: string | null };

export function whyNoRetry({ status, reason, nextAttemptAt, requestBody }: Retried): string {
  if (status === 'held') {
    if (reason !== 'circuit open') return 'Held because the subscription is disabled: enable it to have this sent.';
    if (!nextAttemptAt) return 'Waits until another delivery of its session has ended.';
  } else if (status === 'queued' || status === 'sending' || status === 'retrying') {
    return 'Still in progress: it is retried automatically.';
  }
  return requestBody ? '' : 'The body was erased with its session.';
}
