// docs/operations.md: each proxy with its configuration as written there, in front of the real binary. The client's
// address is the client's, and what a client says of itself is not believed.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { Beckon, freshAddress, freshSession } from './kit/beckon.mjs';
import { Authority } from './kit/certificates.mjs';
import { adapted, written } from './kit/documents.mjs';
import { freePort } from './kit/port.mjs';
import { until } from './kit/wait.mjs';

const configuration = language => {
  const all = written('docs/operations.md', language);
  assert.equal(all.length, 1);
  return all[0];
};

let authority;
let beckon;
let own;
before(async () => {
  authority = new Authority();
  own = authority.issue(['beckon.example']);
  const settings = join(authority.folder, 'beckon.toml');
  writeFileSync(settings, adapted(configuration('toml'), { 'listen = "127.0.0.1:8080"\n': '' }));
  beckon = await Beckon.start({ flags: ['--dev', '--config', settings, '--address-signals-per-minute', '5'] });
});
after(async () => {
  await beckon?.close();
  authority?.close();
});

// Paths and ports of the test in place of those of a machine; `folder` is for what the proxy writes.
const proxies = {
  nginx: (port, folder) => {
    const site = adapted(configuration('nginx'), {
      'listen 443 ssl http2': `listen 127.0.0.1:${port} ssl http2`,
      '    listen [::]:443 ssl http2;\n': '',
      '127.0.0.1:8080': `127.0.0.1:${beckon.port}`,
      '/etc/letsencrypt/live/beckon.example/fullchain.pem': own.certificate,
      '/etc/letsencrypt/live/beckon.example/privkey.pem': own.key,
    });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      of => `${of}_temp_path ${folder}/${of};`,
    );
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off; pid ${folder}/pid; error_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${site}}\n`,
    );
    return ['-p', folder, '-c', config];
  },
  caddy: (port, folder) => {
    const site = adapted(configuration('caddy'), {
      'beckon.example {': `https://beckon.example:${port} {\n    bind 127.0.0.1\n    tls ${own.certificate} ${own.key}`,
      '127.0.0.1:8080': `127.0.0.1:${beckon.port}`,
    });
    const config = join(folder, 'Caddyfile');
    writeFileSync(config, `{\n    admin off\n    auto_https disable_redirects\n}\n${site}`);
    return ['run', '--adapter', 'caddyfile', '--config', config];
  },
  haproxy: (port, folder) => {
    const both = join(folder, 'beckon.pem');
    writeFileSync(both, readFileSync(own.certificate, 'utf8') + readFileSync(own.key, 'utf8'));
    const config = join(folder, 'haproxy.cfg');
    const changes = {
      'bind :443': `bind 127.0.0.1:${port}`,
      '/etc/haproxy/beckon.pem': both,
      '127.0.0.1:8080': `127.0.0.1:${beckon.port}`,
    };
    writeFileSync(config, adapted(configuration('haproxy'), changes));
    return ['-db', '-f', config];
  },
};

for (const [name, configure] of Object.entries(proxies)) {
  const program = [name, `/usr/sbin/${name}`].find(each => spawnSync(each, ['-v']).error === undefined);
  describe(name, { skip: program ? false : `${name} is not installed; script/bootstrap installs it` }, () => {
    let port;
    let proxy;
    let said = '';
    before(async () => {
      port = await freePort();
      const folder = join(authority.folder, name);
      mkdirSync(folder);
      chmodSync(folder, 0o700);
      // A group of its own, to be ended with those that it has started.
      proxy = spawn(program, configure(port, folder), { env: { ...process.env, HOME: folder }, detached: true });
      for (const stream of [proxy.stdout, proxy.stderr])
        stream.on('data', part => {
          said += part;
        });
      await until(`${name} listens`, async () => {
        assert.equal(proxy.exitCode, null, said);
        return new Promise(done => {
          const probe = createConnection(port, '127.0.0.1')
            .once('error', () => done(false))
            .once('connect', () => done(true) ?? probe.destroy());
        });
      });
    });
    after(async () => {
      process.kill(-proxy.pid, 'SIGKILL'); // Caddy would wait for open connections
      await new Promise(done => (proxy.exitCode === null ? proxy.once('exit', done) : done()));
    });

    // A request by HTTP/1.1 over TLS from an address of loopback; all that comes until the connection ends.
    async function ask(from, head, body = '', until = () => false) {
      const socket = connect({
        ...{ port, host: '127.0.0.1', localAddress: from, ca: authority.ca, servername: 'beckon.example' },
        ALPNProtocols: ['http/1.1'],
      });
      socket.write(`${head}\r\nHost: beckon.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      let text = '';
      for await (const part of socket) {
        text += part;
        if (until(text)) break;
      }
      return text;
    }
    const forged = '203.0.113.9';
    const forgeries = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded: for']
      .map(header => (header.includes(':') ? `${header}=${forged}` : `${header}: ${forged}`))
      .join('\r\n');
    const logged = id =>
      beckon.log
        .split('\n')
        .filter(line => line.includes(`"id":"${id}"`))
        .map(line => JSON.parse(line).client);

    test('the log has the address of the client, and no other that it claims', async () => {
      const from = freshAddress();
      const id = freshSession('id');
      const answer = await ask(
        from,
        `GET /v2/system/health HTTP/1.1\r\nConnection: close\r\nX-Request-Id: ${id}\r\n${forgeries}`,
      );
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /^strict-transport-security: max-age=31536000\r$/im);
      assert.deepEqual(await until('it is logged', () => logged(id).length && logged(id)), [from]);
    });

    test('limits are those of the client, whatever it claims', async () => {
      const send = async (from, more) => {
        const body = JSON.stringify({ handle: 'demo', sessionId: freshSession(), signals: [{ type: 'view' }] });
        const answer = await ask(
          from,
          `POST /v2/public/chain/signals HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n${more}`,
          body,
        );
        return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
      };
      const from = freshAddress();
      const statuses = [];
      for (let i = 0; i < 6; i++) statuses.push(await send(from, `X-Forwarded-For: 203.0.113.${i}`));
      assert.deepEqual(statuses, [202, 202, 202, 202, 202, 429]);
      assert.equal(await send(freshAddress(), `X-Forwarded-For: ${from}`), 202, 'another client has its own');
    });

    test('the live feed comes as it happens', async () => {
      const sessionId = freshSession();
      const token = await beckon.token('OPERATOR');
      let sent;
      const stream = ask(
        freshAddress(),
        `GET /v2/handles/demo/live HTTP/1.1\r\nAuthorization: Bearer ${token}`,
        '',
        text => {
          if (text.includes('text/event-stream') && !sent) sent = beckon.signal(sessionId, { type: 'view' });
          return text.includes(sessionId);
        },
      );
      assert.match(await stream, new RegExp(sessionId));
      await sent;
    });
  });
}
