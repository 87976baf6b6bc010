// Certificates made by openssl: an authority, and servers' certificates that it has signed.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
const keys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
  weak: ['-newkey', 'rsa:1024'],
};

export class Authority {
  #count = 0;
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'beckon-certificates-'));
    this.file = join(this.folder, 'authority.pem');
    this.key = join(this.folder, 'authority.key');
    openssl(
      ...['req', '-x509', ...keys.ec, '-nodes', '-keyout', this.key, '-out', this.file, '-days', '30'],
      ...['-subj', '/CN=Authority of a test', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    );
    this.ca = readFileSync(this.file, 'utf8');
  }

  // A certificate for the names, by its own key: { certificate, key }, files. `when`: made at that time, as faketime
  // understands it.
  issue(names = ['localhost'], { kind = 'ec', days = 20, when } = {}) {
    const place = join(this.folder, `${(this.#count += 1)}`);
    const made = { certificate: `${place}.pem`, key: `${place}.key` };
    const request = `${place}.csr`;
    const extensions = `${place}.ext`;
    const list = names.map(name => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`));
    writeFileSync(
      extensions,
      `subjectAltName=${list}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n`,
    );
    openssl('req', ...keys[kind], '-nodes', '-keyout', made.key, '-out', request, '-subj', `/CN=${names[0]}`);
    const sign = [
      ...['x509', '-req', '-in', request, '-CA', this.file, '-CAkey', this.key, '-CAcreateserial', '-sha256'],
      ...['-days', String(days), '-extfile', extensions, '-out', made.certificate],
    ];
    if (when) execFileSync('faketime', [when, 'openssl', ...sign], { stdio: 'pipe' });
    else openssl(...sign);
    chmodSync(made.key, 0o600);
    return made;
  }

  // For Beckon.start({ tls }).
  serve(...pairs) {
    const list = what => pairs.map(pair => pair[what]).join();
    return {
      ca: this.ca,
      flags: [
        ...['--tls-certificate', list('certificate'), '--tls-key', list('key')],
        ...['--extra-ca-file', this.file], // --dev calls itself
      ],
    };
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Puts another pair in the place of one, file by file, each at once, as those who renew certificates do.
export function replace(pair, by) {
  for (const what of ['certificate', 'key']) {
    copyFileSync(by[what], `${pair[what]}.new`);
    chmodSync(`${pair[what]}.new`, 0o600);
    renameSync(`${pair[what]}.new`, pair[what]);
  }
}
