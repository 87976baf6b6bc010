// Checks an endpoint URL as the server's egress guard does, as far as possible without resolving its name. The server
// decides, at creation and at every attempt.
export interface Judgement {
  issue?: string;
  good?: string;
}

const kClosedPorts = new Set([
  1433, 1521, 2049, 2375, 2376, 2377, 2378, 2379, 2380, 3306, 3389, 5432, 5672, 5984, 6379, 6443, 8500, 9042, 9092,
  9200, 9300, 10250, 10255, 11211, 15672, 27017, 27018, 27019,
]);

// Special-purpose IPv4 ranges: first octets, bits.
const kRanges: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const number = (quad: string) => quad.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const isSpecial = (quad: string) =>
  kRanges.some(
    ([first, bits]) => Math.floor(number(quad) / 2 ** (32 - bits)) === Math.floor(number(first) / 2 ** (32 - bits)),
  );

// `loopback`: the server allows receivers on this machine and plain http (--dev).
export function judgeAddress(text: string, loopback: boolean): Judgement {
  if (!text) return {};
  const issue = (why: string): Judgement => ({ issue: why });
  if (text.length > 2048) return issue('Too long: a URL has at most 2,048 characters.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it finds control characters
  if (/[\u0000-\u0020\u007f\\]/.test(text))
    return issue('A URL cannot contain spaces, control characters or backslashes.');
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)(#.*)?$/i.exec(text);
  if (!parts) return issue('Enter the full URL, such as https://hooks.example.com/beckon.');
  const [, scheme, authority = '', , fragment] = parts;
  if (fragment) return issue('Remove the part from # on: it is never sent.');
  if (authority.includes('@'))
    return issue('Remove the user and password; put credentials in a header of the endpoint instead.');
  const ipv6 = /^\[([^\]]*)\](?::(\d*))?$/.exec(authority);
  const [host = '', portText] = ipv6 ? [ipv6[1], ipv6[2]] : authority.split(':');
  if (!host) return issue('The URL has no host.');
  if (/[^\u0021-\u007e]/.test(host)) return issue('Use the ASCII form of the host (xn--…).');
  const here = loopback && (host === '127.0.0.1' || host === 'localhost' || host === '::1');
  const plain = scheme!.toLowerCase() === 'http';
  if (!/^https?$/i.test(scheme!)) return issue('Webhooks require https.');
  if (plain && !loopback) return issue('Webhooks require https, so that nobody can read or change them in transit.');
  const port = portText === undefined || portText === '' ? (plain ? 80 : 443) : Number(portText);
  if (!(port >= 1 && port <= 65535)) return issue('A port is a number from 1 to 65535.');
  if (!here && port !== 443 && port < 1024 && !(plain && port === 80))
    return issue('Below 1024, only port 443 is allowed.');
  if (kClosedPorts.has(port))
    return issue(`Port ${port} is used by databases and other internal services; webhooks cannot use it.`);
  if (here) return { good: 'A receiver on this machine: allowed because the server runs with --dev.' };
  if (ipv6) return { good: 'An IPv6 address: the server checks its range.' };
  return judgeHost(host.toLowerCase().replace(/\.$/, ''));
}

function judgeHost(host: string): Judgement {
  const labels = host.split('.'),
    last = labels.at(-1)!;
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) {
    if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(host) || labels.some(octet => Number(octet) > 255))
      return { issue: 'Write an IPv4 address as four decimal numbers.' };
    return isSpecial(host)
      ? {
          issue:
            'This is a private or special-purpose address. Webhooks go to the public internet only, unless a platform admin allows the address.',
        }
      : { good: 'A public address.' };
  }
  if (labels.length < 2) return { issue: 'Enter the full host name, such as hooks.example.com.' };
  if (/(^|\.)(localhost|local|internal|onion)$|\.home\.arpa$/.test(host))
    return {
      issue:
        'This host belongs to an internal network. Webhooks go to the public internet only, unless a platform admin allows the host.',
    };
  return { good: 'Looks valid. The server resolves the name when you subscribe and at every attempt.' };
}
