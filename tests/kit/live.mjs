// A reader of Server-Sent Events with custom headers: { status, headers, events, ended, close }. Each event is
// { event, data, id }; `events` is a Log of them.
import { request } from 'node:http';
import { Log } from './wait.mjs';

export function watch(url, { token, lastEventId, pause = false } = {}) {
  const headers = {
    accept: 'text/event-stream',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, answer => {
      const events = new Log();
      let rest = '';
      answer.setEncoding('utf8');
      const read = part => {
        rest += part;
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
          const fields = Object.fromEntries(
            rest
              .slice(0, end)
              .split('\n')
              .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
          );
          rest = rest.slice(end + 2);
          if (fields.data)
            events.add({ event: fields.event ?? 'message', id: fields.id, data: JSON.parse(fields.data) });
        }
      };
      if (!pause) answer.on('data', read); // else nothing is read from the socket until read() is called
      const ended = new Promise(done => {
        answer.on('close', done);
      });
      answer.on('error', () => {});
      resolve({
        status: answer.statusCode,
        headers: answer.headers,
        events,
        ended,
        read: () => answer.on('data', read),
        text: async () => {
          let all = rest;
          for await (const part of answer) all += part;
          return all;
        },
        close: () => {
          sent.destroy();
          return ended;
        },
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
