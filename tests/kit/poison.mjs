// Misbehaving receivers of each kind, on loopback: { kinds: { name: url }, dns, asked: { name: count },
// speak, hush, close }: `dns` is the DNS server, which resolves the name of one kind until hush(), and again after speak().
import { createServer } from 'node:net';
import { nameServer } from './dns.mjs';
import { freePort } from './port.mjs';

const head = (status, ...fields) => [`HTTP/1.1 ${status} x`, ...fields, '', ''].join('\r\n');

const ways = {
  silent() {},
  // One byte of its body per second.
  drip(socket) {
    socket.write(head(200, 'content-length: 1000000'));
    const timer = setInterval(() => socket.write('x'), 1000);
    socket.once('close', () => clearInterval(timer));
  },
  endless(socket) {
    socket.write(head(200, 'transfer-encoding: chunked'));
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  },
  resets(socket) {
    socket.resetAndDestroy();
  },
  garbage(socket) {
    socket.end(Buffer.from([0, 1, 2, 3, 255, 254]));
  },
  fails(socket) {
    socket.write(head(500, 'content-length: 0'));
  },
  // Later, and then much later.
  later(socket) {
    socket.write(head(503, 'content-length: 0', 'retry-after: 2147483647'));
  },
};

export async function poison() {
  const names = await nameServer({ 'never.says.example': ['127.0.0.1'] });
  const kinds = {},
    asked = {},
    servers = [],
    sockets = new Set();
  for (const [name, way] of Object.entries(ways)) {
    asked[name] = 0;
    const server = createServer(socket => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
      let got = '';
      socket.on('data', part => {
        // one request at a time: JSON in one piece, with a Content-Length
        got += part.toString('latin1');
        for (
          let request;
          (request = /^POST .*?content-length: (\d+)\b.*?\r\n\r\n/is.exec(got)) &&
          got.length >= request[0].length + Number(request[1]);
        ) {
          got = got.slice(request[0].length + Number(request[1]));
          asked[name] += 1;
          way(socket);
        }
      });
    });
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    kinds[name] = `http://127.0.0.1:${server.address().port}/`;
  }
  kinds.refuses = `http://127.0.0.1:${await freePort()}/`;
  kinds.dns = 'http://never.says.example:8080/';
  return {
    kinds,
    asked,
    dns: names.address,
    speak() {
      names.names['never.says.example'] = ['127.0.0.1'];
    },
    hush() {
      names.names['never.says.example'] = null;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) await new Promise(done => server.close(done));
      await names.close();
    },
  };
}
