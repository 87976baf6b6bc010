// TLS in the listener: what is spoken and with whose certificate, deadlines, renewals, and what is wrong with files.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as plainConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { Beckon, freshSession } from './kit/beckon.mjs';
import { linkIn, openBrowser, openConsole } from './kit/browser.mjs';
import { Authority, replace } from './kit/certificates.mjs';
import { adapted, written } from './kit/documents.mjs';
import { call, raw } from './kit/http.mjs';
import { renew } from './kit/renewals.mjs';
import { until } from './kit/wait.mjs';

let authority;
let beckon;
let own;
before(async () => {
  authority = new Authority();
  own = authority.issue(['beckon.example', 'localhost', '127.0.0.1']);
  beckon = await Beckon.start({
    tls: authority.serve(
      own,
      authority.issue(['*.shop.example']),
      authority.issue(['b.shop.example', 'c.example'], { kind: 'rsa' }),
    ),
    flags: ['--dev', '--http-body', '8MiB'],
  });
});
after(async () => {
  await beckon?.close();
  authority?.close();
});

// A TLS connection whose handshake is done. The error has OpenSSL's reason in `code`.
function secure(options = {}, port = beckon.port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.ca, servername: 'beckon.example', ...options });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}
// All that comes until the other side ends.
async function rest(socket) {
  let text = '';
  for await (const part of socket) text += part;
  return text;
}
const health = (more = '') => `GET /v2/system/health HTTP/1.1\r\nHost: beckon.example\r\n${more}\r\n`;
// What openssl s_client says of a connection on which it sends the text.
const client = (args, text = '') =>
  new Promise(done => {
    const asked = ['s_client', '-connect', `127.0.0.1:${beckon.port}`, ...args];
    execFile('openssl', asked, { encoding: 'utf8' }, (_, out, err) => done(out + err)).stdin.end(text);
  });
const metric = async (name, of = beckon) => {
  const { text } = await of.call('GET', '/metrics');
  return Number(
    text
      .split('\n')
      .find(line => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );
};
const failures = (reason, of) => metric(`beckon_tls_handshake_failures_total{reason="${reason}"}`, of);
// Runs `attempt`, which ends in a failed handshake, and waits until it has been counted for the reason.
async function countsAs(reason, attempt, of = beckon) {
  const before = await failures(reason, of);
  const result = await attempt();
  await until(`counted as ${reason}`, async () => (await failures(reason, of)) === before + 1);
  return result;
}

describe('what is spoken', () => {
  test('the server says https, and answers', async () => {
    assert.match(beckon.output, new RegExp(`^ready https://127\\.0\\.0\\.1:${beckon.port}$`, 'm'));
    const { status, json } = await beckon.call('GET', '/v2/system/health');
    assert.deepEqual([status, json.status], [200, 'ok']);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'])
    test(`${version}, with HTTP/1.1 by ALPN, and a session that is resumed`, async () => {
      const options = { minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] };
      const first = await secure(options);
      assert.deepEqual([first.getProtocol(), first.alpnProtocol], [version, 'http/1.1']);
      let session;
      first.on('session', fresh => {
        session = fresh;
      });
      first.write(health());
      await until('a ticket has come', () => session ?? (version === 'TLSv1.2' && (session = first.getSession())));
      first.destroy();
      const second = await secure({ ...options, session });
      assert.equal(second.isSessionReused(), true);
      second.write(health('Connection: close\r\n'));
      assert.match(await rest(second), /^HTTP\/1\.1 200 OK\r\n/);
    });

  for (const flag of ['-tls1', '-tls1_1'])
    test(`nothing older: ${flag}`, async () => {
      const said = await countsAs('version', () => client([flag, '-cipher', 'DEFAULT:@SECLEVEL=0']));
      assert.match(said, /alert protocol version/);
    });

  for (const cipher of [
    'AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-ECDSA-AES256-SHA',
    'DHE-RSA-AES128-GCM-SHA256',
  ])
    test(`nothing without forward secrecy or authenticated encryption: ${cipher}`, async () => {
      const said = await countsAs('cipher', () => client(['-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`]));
      assert.match(said, /alert handshake failure/);
    });

  test('a phone without AES in hardware gets ChaCha20, others AES', async () => {
    const both = ['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
    for (const order of [both, both.toReversed()])
      assert.match(await client(['-tls1_2', '-cipher', order.join(':')]), new RegExp(`Cipher is ${order[0]}`));
  });

  test('who speaks other protocols only is refused by an alert', async () => {
    await countsAs('protocol', () =>
      assert.rejects(secure({ ALPNProtocols: ['h2', 'http/1.0'] }), {
        code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
      }),
    );
  });

  test('no renegotiation, no compression, and no early data', async () => {
    const said = await client(['-tls1_2']);
    assert.match(said, /Secure Renegotiation IS supported/);
    assert.match(said, /Compression: NONE/);
    const tickets = await client(['-tls1_3', '-ign_eof'], health('Connection: close\r\n'));
    assert.match(tickets, /Max Early Data: 0/);
    assert.doesNotMatch(tickets, /Max Early Data: [^0]/);
  });

  test('http is answered with 400 in plain text, by TLS alone what is neither is not', async () => {
    const { status, json, headers } = await countsAs('plain_http', () => raw(beckon.port, health()));
    assert.deepEqual([status, json.error, headers.connection], [400, 'invalid_payload', 'close']);
    assert.match(json.message, /This port speaks https/);
    assert.equal(headers['strict-transport-security'], undefined);
    const other = await countsAs('not_tls', () => raw(beckon.port, 'SSH-2.0-OpenSSH_9.2\r\n'));
    assert.deepEqual([other.status, other.closed], [0, true]);
  });
});

describe('the certificate', () => {
  const presented = async servername => {
    const socket = await secure({ servername, checkServerIdentity: () => undefined });
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname;
  };
  for (const [asked, got] of [
    ['beckon.example', 'DNS:beckon.example, DNS:localhost, IP Address:127.0.0.1'],
    ['a.shop.example', 'DNS:*.shop.example'],
    ['A.Shop.Example', 'DNS:*.shop.example'],
    ['b.shop.example', 'DNS:b.shop.example, DNS:c.example'],
    ['c.example', 'DNS:b.shop.example, DNS:c.example'],
    ['a.b.shop.example', 'DNS:beckon.example, DNS:localhost, IP Address:127.0.0.1'],
    ['unknown.example', 'DNS:beckon.example, DNS:localhost, IP Address:127.0.0.1'],
    ['', 'DNS:beckon.example, DNS:localhost, IP Address:127.0.0.1'],
  ])
    test(`for ${asked ? `the name ${asked}` : 'who names none'} is that of ${got}`, async () => {
      assert.equal(await presented(asked), got);
    });

  test('that the client does not trust is its own count', async () => {
    await countsAs('certificate_refused', () => client(['-verify_return_error', '-no-CAfile', '-no-CApath']));
  });

  test('is shown in the metrics with its end', async () => {
    const end = new Date(new X509Certificate(readFileSync(own.certificate)).validTo).getTime() / 1000;
    assert.equal(await metric('beckon_tls_certificate_not_after_seconds{certificate="1"}'), end);
    assert.ok((await metric('beckon_tls_certificate_not_after_seconds{certificate="3"}')) > 0);
  });
});

describe('requests by TLS', () => {
  test('keep their connection, pipelined too', async () => {
    const socket = await secure();
    socket.write(health() + health());
    socket.write(health());
    socket.write(health('Connection: close\r\n'));
    assert.equal((await rest(socket)).split('HTTP/1.1 200 OK').length, 5);
  });

  test('are taken in pieces of any size', async () => {
    const socket = await secure();
    for (const byte of health('Connection: close\r\n')) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    assert.match(await rest(socket), /^HTTP\/1\.1 200 OK/);
  });

  test('may have a body of 4 MiB', async () => {
    const signals = Array.from({ length: 60 }, () => ({ type: 'view', signalValue: 'x'.repeat(70_000) }));
    const body = { handle: 'demo', sessionId: freshSession(), signals };
    assert.ok(JSON.stringify(body).length > 4 << 20);
    const { status, json } = await beckon.call('POST', '/v2/public/chain/signals', { body });
    assert.deepEqual([status, json.details.length], [400, 60], 'each value is too long, so each was read');
  });

  test('get large responses whole', async () => {
    const { text } = await beckon.call('GET', '/openapi.json');
    assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(join(import.meta.dirname, '../docs/openapi.json'))));
  });

  test('are answered though the client has said that nothing more comes', async () => {
    const socket = await secure({ allowHalfOpen: true });
    socket.end(health());
    assert.match(await rest(socket), /^HTTP\/1\.1 200 OK/);
  });

  test('whose body breaks off store nothing', async () => {
    const sessionId = freshSession();
    const body = JSON.stringify({ handle: 'demo', sessionId, signals: [{ type: 'view' }] });
    // With close_notify, and without, as someone could do who can cut the connection.
    const cut = { code: 'ERR_SSL_TLSV1_ALERT_DECODE_ERROR' };
    for (const [ends, answer] of [
      [(_, socket) => socket.end(), ends => assert.doesNotReject(ends)],
      [tcp => tcp.end(), ends => assert.rejects(ends, cut)],
    ]) {
      const tcp = plainConnect({ port: beckon.port, host: '127.0.0.1', allowHalfOpen: true });
      const socket = await secure({ socket: tcp, allowHalfOpen: true });
      socket.write(
        `POST /v2/public/chain/signals HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}`,
      );
      ends(tcp, socket);
      await answer(rest(socket).then(text => assert.equal(text, '')));
    }
    assert.equal((await beckon.as('CREATOR', 'GET', `/chain/${sessionId}`)).status, 404);
  });

  test('stream the live feed', async () => {
    const socket = await secure();
    const token = await beckon.token('OPERATOR');
    socket.write(`GET /v2/handles/demo/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    let text = '';
    socket.on('data', part => {
      text += part;
    });
    await until('the stream begins', () => text.includes('text/event-stream'));
    const sessionId = freshSession();
    await beckon.signal(sessionId, { type: 'view' });
    await until('the signal comes', () => text.includes(sessionId));
    socket.destroy();
  });
});

test('the console works by https, under its policy', async () => {
  const browser = await openBrowser();
  try {
    const token = await beckon.token('OWNER');
    const page = await openConsole(browser, beckon.base, { token, ignoreHTTPSErrors: true });
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
    assert.deepEqual(page.faults, []);
    assert.match(linkIn(beckon.log), /^https:/, 'and so does the link of --dev');
  } finally {
    await browser.close();
  }
});

describe('a handshake', () => {
  const closes = socket => new Promise(done => socket.resume().once('close', done));
  // The first bytes of a ClientHello.
  const hello = Buffer.from('16030100', 'hex');
  let hurried;
  before(async () => {
    hurried = await Beckon.start({ tls: authority.serve(own), flags: ['--dev', '--tls-handshake', '1s'] });
  });
  after(async () => {
    await hurried?.close();
  });

  for (const [what, begin] of [
    ['that never begins', () => {}],
    ['that stops', socket => socket.write(hello)],
    [
      'of which a byte comes now and then',
      socket => {
        socket.write(hello);
        socket.write(Buffer.from([200]));
        const more = setInterval(() => socket.write(Buffer.from([1])), 100);
        socket.once('close', () => clearInterval(more));
      },
    ],
  ])
    test(`${what} is cut at its deadline, which is for all of it`, async () => {
      const attempt = async () => {
        const began = performance.now();
        const socket = plainConnect(hurried.port, '127.0.0.1');
        socket.on('error', () => {});
        begin(socket);
        await closes(socket);
        assert.ok(performance.now() - began >= 990, 'not before');
      };
      await countsAs('timeout', attempt, hurried);
    });

  test('that the client leaves is counted so', async () => {
    await countsAs('client_gone', async () => {
      const socket = plainConnect(beckon.port, '127.0.0.1');
      socket.end(hello);
      await closes(socket);
    });
  });
});

describe('Strict-Transport-Security', () => {
  const hsts = async (headers, server = beckon, path = '/v2/system/health') =>
    (await server.call('GET', path, { headers })).headers['strict-transport-security'];

  test('is said by TLS to a name, with every answer', async () => {
    for (const host of ['beckon.example', 'beckon.example:8443'])
      assert.equal(await hsts({ host }), 'max-age=31536000', host);
    assert.equal(await hsts({ host: 'beckon.example' }, beckon, '/nowhere'), 'max-age=31536000');
  });

  test('is not said to an address or to loopback', async () => {
    for (const host of [`127.0.0.1:${beckon.port}`, 'localhost', '[2001:db8::1]', 'app.localhost']) {
      const socket = await secure();
      socket.write(`GET /v2/system/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.doesNotMatch(await rest(socket), /strict-transport-security/i, host);
    }
  });

  test('is a setting, and not said without TLS, whatever a header claims', async () => {
    const short = await Beckon.start({ tls: authority.serve(own), flags: ['--dev', '--tls-hsts', '1h'] });
    const none = await Beckon.start({ tls: authority.serve(own), flags: ['--dev', '--tls-hsts', '0s'] });
    const plain = await Beckon.start({ flags: ['--dev', '--trusted-proxies', '127.0.0.1'] });
    try {
      assert.equal(await hsts({ host: 'beckon.example' }, short), 'max-age=3600');
      assert.equal(await hsts({ host: 'beckon.example' }, none), undefined);
      assert.equal(await hsts({ host: 'beckon.example', 'x-forwarded-proto': 'https' }, plain), undefined);
    } finally {
      for (const server of [short, none, plain]) await server.close();
    }
  });
});

describe('at the start', () => {
  let folder;
  let server;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beckon-tls-'));
    writeFileSync(join(folder, 'text'), 'no PEM\n', { mode: 0o600 });
    server = await Beckon.start();
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (certificate, key) =>
    server.cli('serve', '--data', join(folder, 'data'), '--tls-certificate', certificate, '--tls-key', key);
  const at = name => join(folder, name);

  test('each fault of the files is a sentence, and no data folder is made', async () => {
    const other = authority.issue(['other.example']);
    const open = authority.issue(['open.example']);
    chmodSync(open.key, 0o604);
    const locked = authority.issue(['locked.example']);
    writeFileSync(
      locked.key,
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh1\n-----END ENCRYPTED PRIVATE KEY-----\n',
    );
    const cut = authority.issue(['cut.example']);
    writeFileSync(cut.certificate, readFileSync(cut.certificate, 'utf8').split('\n-----END')[0]);
    const weak = authority.issue(['weak.example'], { kind: 'weak' });
    for (const [certificate, key, sentence] of [
      [own.certificate, '', /--tls-certificate names 1 files, and --tls-key 0; each certificate has one key/],
      ['', own.key, /names 0 files, and --tls-key 1/],
      [`${own.certificate},${other.certificate}`, own.key, /names 2 files, and --tls-key 1/],
      [at('none'), own.key, /The TLS certificate .*none cannot be read: No such file or directory/],
      [folder, own.key, /The TLS certificate .* cannot be read: Is a directory/],
      [own.certificate, at('none'), /The TLS key .*none cannot be read: No such file or directory/],
      [own.key, own.key, /The TLS certificate .* holds no certificate in PEM/],
      [cut.certificate, cut.key, /holds no certificate in PEM, or a damaged one/],
      [own.certificate, at('text'), /The TLS key .*text holds no private key in PEM/],
      [own.certificate, other.key, /The TLS key .* does not fit the first certificate in /],
      [`${own.certificate},${other.certificate}`, `${own.key},${own.key}`, /does not fit the first certificate in /],
      [open.certificate, open.key, /The TLS key .* can be read or changed by other users .*chmod 600/],
      [locked.certificate, locked.key, /The TLS key .* has a passphrase|holds no private key/],
      [weak.certificate, weak.key, /The TLS certificate .* cannot be used: ee key too small/],
    ]) {
      const { code, err } = await start(certificate, key);
      assert.equal(code, 1, err);
      assert.match(err, sentence);
      assert.equal(err.split('\n').length, 1, err);
    }
    assert.equal(existsSync(at('data')), false);
  });

  test('one that has expired is served, with a warning', async () => {
    const old = authority.issue(['old.example', '127.0.0.1'], { days: 1, when: '2 days ago' });
    const late = await Beckon.start({ flags: [], tls: authority.serve(old) });
    try {
      await until('it is logged', () => late.log.includes('"event":"tls_certificate_expired"'));
      await assert.rejects(late.call('GET', '/v2/system/health'), { code: 'CERT_HAS_EXPIRED' });
    } finally {
      await late.close();
    }
  });

  test('settings come from variables and the file, too, and the metrics stay plain', async () => {
    const port = beckon.port + 1000;
    const file = at('beckon.toml');
    writeFileSync(file, `metrics-listen = "127.0.0.1:${port}"\n[tls]\nkey = "${own.key}"\n`);
    const set = await Beckon.start({
      flags: ['--config', file],
      env: { BECKON_TLS_CERTIFICATE: own.certificate },
    });
    try {
      assert.match(set.output, /^ready https:/m);
      assert.match((await call('GET', `http://127.0.0.1:${port}/metrics`)).text, /beckon_tls_certificate_not_after/);
    } finally {
      await set.close();
    }
  });
});

describe('a renewal', () => {
  let served;
  let server;
  before(async () => {
    served = authority.issue(['localhost', '127.0.0.1']);
    server = await Beckon.start({ tls: authority.serve(served) });
  });
  after(async () => {
    await server?.close();
  });
  const serial = async () => {
    const socket = await secure({ servername: 'localhost' }, server.port);
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const serialOf = pair => new X509Certificate(readFileSync(pair.certificate)).serialNumber;

  test('is seen within seconds, without a signal, and connections go on', async () => {
    const before = await secure({ servername: 'localhost' }, server.port);
    const next = authority.issue(['localhost', '127.0.0.1']);
    replace(served, next);
    await until('the new one is presented', async () => (await serial()) === serialOf(next));
    before.write(health('Connection: close\r\n'));
    assert.match(await rest(before), /^HTTP\/1\.1 200 OK/);
  });

  test('that does not fit is logged once, and the old one stays', async () => {
    const old = serialOf(served);
    const next = authority.issue(['localhost', '127.0.0.1']);
    const keep = readFileSync(served.key);
    writeFileSync(served.certificate, readFileSync(next.certificate));
    const told = () => server.log.split('"event":"tls_certificate_not_renewed"').length - 1;
    await until('it is logged', () => told() === 1);
    assert.match(server.log, /not_renewed","reason":"The TLS key .* does not fit the first certificate in /);
    for (let i = 0; i < 3; i++) {
      server.child.kill('SIGHUP');
      await until('it has looked again', () => server.log.split('"event":"reloaded"').length > i + 1);
      assert.equal(await serial(), old);
    }
    writeFileSync(served.key, readFileSync(next.key));
    await until('the fitting pair is presented', async () => (await serial()) === serialOf(next));
    assert.equal(told(), 1);
    writeFileSync(served.key, keep);
    await until('and of another fault it is told again', () => told() === 2);
    assert.equal(await serial(), serialOf(next));
    rmSync(served.key);
    await until('and that a file stays away', () => told() === 3);
    assert.match(server.log.slice(server.log.lastIndexOf('not_renewed')), /cannot be read/);
    writeFileSync(served.key, readFileSync(next.key), { mode: 0o600 });
  });

  test('again and again under load drops no connection and fails no request', async () => {
    const pairs = Array.from({ length: 3 }, () => authority.issue(['localhost', '127.0.0.1']));
    const { renewals, requests, connections } = await renew(server, served, pairs, { times: 5, clients: 8 });
    assert.equal(renewals, 5);
    assert.ok(requests >= 5 * 2 * 8 && connections >= 5 * 8, `${requests} requests, ${connections} connections`);
  });
});

describe('docs/operations.md', () => {
  const [hook, own] = written('docs/operations.md', 'bash');
  let folder;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'beckon-operations-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('an authority and a certificate as made there are served', async () => {
    const changes = { 'DNS:beckon.internal': 'DNS:beckon.internal,IP:127.0.0.1' };
    execFileSync('bash', ['-euc', adapted(own, changes)], { cwd: folder, stdio: 'pipe' });
    const at = name => join(folder, name);
    const flags = ['--tls-certificate', at('fullchain.pem'), '--tls-key', at('privkey.pem')];
    const server = await Beckon.start({ flags: [], tls: { flags, ca: readFileSync(at('authority.pem'), 'utf8') } });
    try {
      assert.equal((await server.call('GET', '/v2/system/health')).status, 200);
    } finally {
      await server.close();
    }
  });

  test("certbot's hook puts a pair where a server takes it from, again and again", async () => {
    const to = join(folder, 'tls');
    const served = { certificate: join(to, 'fullchain.pem'), key: join(to, 'privkey.pem') };
    const run = pair => {
      const lineage = mkdtempSync(join(folder, 'lineage-'));
      writeFileSync(join(lineage, 'fullchain.pem'), readFileSync(pair.certificate));
      writeFileSync(join(lineage, 'privkey.pem'), readFileSync(pair.key));
      const script = adapted(hook, { ' -g beckon': '', '/etc/beckon/tls': to });
      execFileSync('sh', ['-c', script], { env: { ...process.env, RENEWED_LINEAGE: lineage } });
    };
    const pairs = [1, 2].map(() => authority.issue(['localhost', '127.0.0.1']));
    run(pairs[0]);
    const server = await Beckon.start({ flags: [], tls: authority.serve(served) });
    try {
      run(pairs[1]);
      const next = new X509Certificate(readFileSync(pairs[1].certificate)).serialNumber;
      await until('the second one is presented', async () => {
        const socket = await secure({ servername: 'localhost' }, server.port);
        const { serialNumber } = socket.getPeerCertificate();
        socket.destroy();
        return serialNumber === next;
      });
    } finally {
      await server.close();
    }
  });
});
