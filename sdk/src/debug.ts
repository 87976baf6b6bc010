// What the library does, told in the console. A file of its own: no page carries it that does not ask for it.
//
//   beckon.use(debug)
import type { Core } from './core.ts';
import type { Answer, Happening } from './words.ts';

const kMeanings: Record<number, string> = {
  0: 'no answer: no connection, or this origin is not among the handle’s context origins',
  400: 'the request is at fault',
  403: 'the handle is not admitted, or the origin is not',
  404: 'the server does not know this handle',
  409: 'the session belongs to another visitor',
  429: 'too many signals or decisions in a minute',
};

const answered = ({ status, body }: Answer) =>
  `${status || 'nothing'}${kMeanings[status] ? ` (${kMeanings[status]})` : ''}${body.message ? `: ${String(body.message)}` : ''}`;

// One line for people.
export function told(happening: Happening): string {
  switch (happening.what) {
    case 'queued':
      return `signal ${happening.signal.type} waits`;
    case 'sent':
      return `${happening.signals.length} signals sent: version ${String(happening.answer.body.version)}, ${String(happening.answer.body.duplicates)} duplicates`;
    case 'failed':
      return `not sent, again in ${(happening.wait / 1000).toFixed(1)} s: ${answered(happening.answer)}`;
    case 'refused':
      return `${happening.signals.length} signals refused: ${answered(happening.answer)}`;
    case 'dropped':
      return `${happening.count} signals dropped: the queue was full`;
    case 'asked':
      return `${happening.route}: ${answered(happening.answer)}`;
    case 'consent':
      return `consent is ${happening.consent ?? 'the handle’s default'}`;
    case 'session':
      return `session ${happening.sessionId} begins`;
  }
}

export function debug(
  client: Pick<Core, 'watch'>,
  write: (line: string, detail: Happening) => void = (line, detail) =>
    console.debug(`%cbeckon%c ${line}`, 'font-weight:bold', '', detail),
): () => void {
  return client.watch(happening => write(told(happening), happening));
}
