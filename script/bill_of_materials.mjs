// Prints the bill of materials of a binary as CycloneDX 1.5 (ECMA-424): the Debian packages whose shared libraries it
// loads, those whose headers are compiled into it, and the npm packages that the pages in it are built from.
// Usage: node script/bill_of_materials.mjs BINARY
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const binary = process.argv[2];
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
// Header-only: nothing of them is loaded.
const kCompiledIn = ['libboost1.81-dev', 'libcli11-dev'];

const debian = name => {
  const version = run('dpkg-query', '-W', '-f', '${Version}', name);
  const arch = run('dpkg-query', '-W', '-f', '${Architecture}', name);
  const purl = `pkg:deb/debian/${name.split(':')[0]}@${encodeURIComponent(version)}?arch=${arch}&distro=debian-12`;
  return { type: 'library', 'bom-ref': purl, name: name.split(':')[0], version, purl };
};

const loaded = () => {
  const files = [...run('ldd', binary).matchAll(/=> (\/\S+)/g)].map(([, file]) => file);
  // The package is known by either name of a file, as /lib may be a link to /usr/lib.
  const owner = file => {
    for (const name of [file, realpathSync(file), file.replace(/^\/lib/, '/usr/lib'), file.replace(/^\/usr/, '')]) {
      try {
        return /^([^:]+)/.exec(run('dpkg', '-S', name))[1];
      } catch {
        // by another name
      }
    }
    throw new Error(`${file} belongs to no package`);
  };
  return files.map(owner);
};

/** What a page of this folder is built from: not what only builds or tests it. */
const npm = folder => {
  const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
    .map(([path, { version, integrity, license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      const [algorithm, digest] = (integrity ?? '').split('-');
      return {
        type: 'library',
        'bom-ref': purl,
        name,
        version,
        ...(digest && {
          hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }],
        }),
        ...(license && { licenses: [{ expression: license }] }),
        purl,
      };
    });
};

const packages = [...new Set([...loaded(), ...kCompiledIn])].sort().map(debian);
const components = [...packages, ...['console', 'sdk'].flatMap(npm)];
const unique = [...new Map(components.map(one => [one['bom-ref'], one])).values()];
const version = /^beckon (\S+)/.exec(run(binary, 'version'))[1];
const sha256 = createHash('sha256').update(readFileSync(binary)).digest('hex');
// The same binary has the same bill.
const id = createHash('sha256').update(sha256).update(JSON.stringify(unique)).digest('hex');
const uuid = `${id.slice(0, 8)}-${id.slice(8, 12)}-5${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`;
const self = `pkg:generic/beckon@${version}`;
console.log(
  JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      serialNumber: `urn:uuid:${uuid}`,
      version: 1,
      metadata: {
        component: {
          type: 'application',
          'bom-ref': self,
          name: 'beckon',
          version,
          hashes: [{ alg: 'SHA-256', content: sha256 }],
          licenses: [{ expression: 'Apache-2.0' }],
          purl: self,
        },
      },
      components: unique,
      dependencies: [
        { ref: self, dependsOn: unique.map(one => one['bom-ref']) },
        ...unique.map(one => ({ ref: one['bom-ref'] })),
      ],
    },
    null,
    1,
  ),
);
