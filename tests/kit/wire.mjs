// A wire to a server that is in trouble: at random it answers 429 or 503 itself, or cuts the connection, before the
// server has the request, in the middle of it, after it was carried out, or in the middle of the answer. Trouble comes in
// spells, so that now and then a request fails as often as its library sends it again.
import { Agent, createServer, request } from 'node:http';

const kinds = ['limited', 'unavailable', 'cut before', 'cut within', 'cut after', 'cut in the answer'];
const spells = [
  { chance: 0.6, trouble: 0.05 },
  { chance: 0.3, trouble: 0.3 },
  { chance: 0.1, trouble: 0.9 },
];
const spellMs = [300, 1500];

// `random`: numbers from 0 to 1. Of the result, `did` counts what the wire did and `answers` the server's statuses.
export async function openWire(port, random) {
  const did = Object.fromEntries([...kinds, 'passed', 'down'].map(kind => [kind, 0]));
  const answers = {};
  const agent = new Agent({ keepAlive: true });
  let trouble = 0;
  let ends = 0;
  const fate = () => {
    if (Date.now() >= ends) {
      let left = random();
      trouble = (spells.find(({ chance }) => (left -= chance) < 0) ?? spells[0]).trouble;
      ends = Date.now() + spellMs[0] + random() * (spellMs[1] - spellMs[0]);
    }
    return random() < trouble ? kinds[Math.floor(random() * kinds.length)] : 'passed';
  };
  const refuse = (answer, status) => {
    const wait = random() < 0.5 ? { 'retry-after': '1' } : {};
    answer.writeHead(status, { 'content-type': 'application/json', ...wait }).end('{}');
  };

  const server = createServer(async (from, answer) => {
    const parts = [];
    try {
      for await (const part of from) parts.push(part);
    } catch {
      return; // the library gave up
    }
    const body = Buffer.concat(parts);
    const kind = fate();
    did[kind] += 1;
    if (kind === 'limited') return refuse(answer, 429);
    if (kind === 'unavailable') return refuse(answer, 503);
    if (kind === 'cut before') return from.socket.destroy();
    const headers = { ...from.headers, 'content-length': body.length };
    const to = request({ port, agent, method: from.method, path: from.url, headers });
    to.on('error', () => {
      if (kind === 'passed') did.down += 1;
      from.socket.destroy();
    });
    if (kind === 'cut within') {
      to.write(body.subarray(0, body.length / 2), () => to.destroy());
      return;
    }
    to.on('response', async back => {
      const said = [];
      try {
        for await (const part of back) said.push(part);
      } catch {
        return from.socket.destroy();
      }
      answers[back.statusCode] = (answers[back.statusCode] ?? 0) + 1;
      if (kind === 'cut after') return from.socket.destroy();
      const text = Buffer.concat(said);
      answer.writeHead(back.statusCode, back.headers);
      if (kind === 'passed') return answer.end(text);
      answer.write(text.subarray(0, text.length / 2), () => from.socket.destroy());
    });
    to.end(body);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return {
    at: `http://127.0.0.1:${server.address().port}`,
    did,
    answers,
    close() {
      agent.destroy();
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  };
}
