// Logs what the library does to the browser console. A separate file, so that only pages that want it load it.
//
//   beckon.use(debug)
import type { Core } from './core.ts';
import type { Answer, Happening, Sent } from './words.ts';

const kMeanings: Record<number, string> = {
  0: 'no response: no connection, or this origin is not among the handle’s allowed origins, or the server is on loopback or a local network and the browser has not been allowed to connect to it from a public page',
  400: 'the request is invalid',
  403: 'the handle or the origin is not allowed',
  404: 'the server does not know this handle',
  409: 'the session belongs to another visitor, and a new one starts',
  429: 'too many signals or decisions in a minute',
};

const answered = ({ status, body }: Answer) =>
  `${status || 'none'}${kMeanings[status] ? ` (${kMeanings[status]})` : ''}${body.message ? `: ${String(body.message)}` : ''}`;

const kWarnings: Record<string, string> = {
  visitor_id_blocked: 'the visitorId was ignored: it identifies nobody',
  visitor_proof_invalid: 'the proof was ignored: it is not of this visitorId, or not by a key of this handle',
  visitor_proof_missing: 'the visitorId was ignored: this handle requires a proof of it',
  too_many_devices: 'the earlier sessions of this browser were not claimed: the visitor has too many browsers',
};

const warned = ({ body }: Answer) =>
  [
    ...((body.warnings ?? []) as { code: string }[]).map(
      ({ code }) => `; warning: ${code}${kWarnings[code] ? ` (${kWarnings[code]})` : ''}`,
    ),
    ...((body.traits as Sent['traits'])?.refused ?? []).map(({ trait, reason }) => `; refused: ${trait} ${reason}`),
  ].join('');

// One line of text for the event.
export function told(happening: Happening): string {
  switch (happening.what) {
    case 'queued':
      return `signal ${happening.signal.type} queued`;
    case 'sent':
      return `${happening.signals.length} signals sent: version ${String(happening.answer.body.version)}, ${String(happening.answer.body.duplicates)} duplicates${warned(happening.answer)}`;
    case 'failed':
      return `not sent, retrying in ${(happening.wait / 1000).toFixed(1)} s: ${answered(happening.answer)}`;
    case 'refused':
      return `${happening.signals.length} signals refused${happening.signals.length ? '' : ', sent again'}: ${answered(happening.answer)}`;
    case 'dropped':
      return `${happening.count} signals dropped: the queue was full`;
    case 'asked':
      return `${happening.route}: ${answered(happening.answer)}${warned(happening.answer)}`;
    case 'consent':
      return `consent is ${happening.consent ?? 'the handle’s default'}`;
    case 'news':
      return `in another tab: ${happening.news.startsWith('shown') ? 'a decision was shown' : 'signals were sent'}`;
    case 'session':
      return `session ${happening.sessionId}, visitor ${happening.visitorId ?? 'unknown'}`;
  }
}

export function debug(
  client: Pick<Core, 'watch'>,
  write: (line: string, detail: Happening) => void = (line, detail) =>
    console.debug(`%cbeckon%c ${line}`, 'font-weight:bold', '', detail),
): () => void {
  return client.watch(happening => write(told(happening), happening));
}
