// A load balancer as simple as they come: each request goes to the next server in turn, whatever it is about.
import { Agent, createServer, request } from 'node:http';

// `ports`: of the servers, on loopback. Of the result, `base` is its URL and `took` counts the requests by port.
export async function balance(ports) {
  const agent = new Agent({ keepAlive: true });
  const took = Object.fromEntries(ports.map(port => [port, 0]));
  let turn = 0;
  const server = createServer((from, answer) => {
    const port = ports[turn++ % ports.length];
    took[port] += 1;
    const to = request({ port, agent, method: from.method, path: from.url, headers: from.headers }, back => {
      answer.writeHead(back.statusCode, back.headers);
      back.pipe(answer);
    });
    to.on('error', () => answer.destroy());
    from.pipe(to);
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    took,
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
