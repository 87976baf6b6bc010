// HTTP clients: one that can use any loopback address as its own, and raw bytes on a socket for malformed requests.
import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

// One for each address of a client, and by TLS for each authority that it trusts.
const agents = new Map();
function agentFor(from, ca) {
  const key = `${from} ${ca ?? ''}`;
  if (!agents.has(key)) {
    const options = { keepAlive: true, maxSockets: 64, localAddress: from };
    agents.set(key, ca ? new TlsAgent({ ...options, ca }) : new Agent(options));
  }
  return agents.get(key);
}

// call('POST', url, { body, token, headers, from }) → { status, headers, text, json }. A string or Buffer is sent
// unchanged, any other body as JSON. `from` is the client's own address, such as 127.0.0.7; `ca` is for https: the
// certificate of the authority, in PEM.
export function call(method, url, { body, token, headers = {}, from = '127.0.0.1', signal, ca } = {}) {
  const bytes =
    body === undefined
      ? null
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = { ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}), ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  return new Promise((resolve, reject) => {
    const request = ca ? httpsRequest : httpRequest;
    const sent = request(url, { method, headers: all, agent: agentFor(from, ca), signal }, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve(read(answer.statusCode, answer.headers, Buffer.concat(parts).toString())));
    });
    sent.on('error', error => {
      // The server closed an idle connection before the request was read: send it again.
      if (error.code === 'ECONNRESET' && sent.reusedSocket)
        resolve(call(method, url, { body: bytes ?? undefined, token, headers: all, from, signal, ca }));
      else reject(error);
    });
    sent.end(bytes ?? undefined);
  });
}

function read(status, headers, text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    /* not every answer is JSON */
  }
  return { status, headers, text, json };
}

// Sends raw bytes and reads until the server closes or one complete response has arrived.
// Resolves to { status, headers, text, json, closed }; status 0 if the server closed without a response.
export function raw(port, bytes, { host = '127.0.0.1', within = 20_000, end = false } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let got = Buffer.alloc(0);
    let closed = false;
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${within} ms; so far: ${got}`));
    }, within);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...parse(got), closed });
    };
    socket.on('connect', () => {
      for (const part of [bytes].flat()) socket.write(part);
      if (end) socket.end();
    });
    socket.on('data', part => {
      got = Buffer.concat([got, part]);
      if (whole(got)) setTimeout(finish, 50);
    });
    socket.on('end', () => {
      closed = true;
    });
    socket.on('close', () => {
      closed = true;
      finish();
    });
    socket.on('error', () => {});
  });
}

function whole(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const text = bytes.subarray(0, head).toString();
  if (/^HTTP\/1\.1 1\d\d/.test(text)) return whole(bytes.subarray(head + 4));
  return bytes.length >= head + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
}

function parse(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return read(0, {}, bytes.toString());
  const lines = bytes.subarray(0, head).toString().split('\r\n');
  const status = Number(lines[0].split(' ')[1]);
  if (status >= 100 && status < 200) return parse(bytes.subarray(head + 4));
  const headers = {};
  for (const line of lines.slice(1))
    headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
  return read(status, headers, bytes.subarray(head + 4).toString());
}
