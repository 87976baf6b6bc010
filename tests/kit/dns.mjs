// A DNS server on loopback with the given answers: { 'name': ['192.0.2.1', '2001:db8::1'] }; other names do not exist, and
// queries for a name that is null are never answered.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export async function nameServer(names = {}) {
  const socket = createSocket('udp4');
  const asked = [];
  socket.on('message', (query, from) => {
    const { name, end } = nameAt(query, 12);
    const type = query.readUInt16BE(end);
    asked.push(name);
    const known = names[name];
    if (known === null) return;
    const answers = (known ?? []).filter(address => (type === 28 ? isIPv6(address) : type === 1 && !isIPv6(address)));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (known ? 0 : 3), 2); // a response, recursion available; 3: no such name
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    const records = answers.map(address => {
      const data = isIPv6(address) ? bytesOfIpv6(address) : Buffer.from(address.split('.').map(Number));
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0); // the name of the question
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(0, 6); // TTL in seconds, so that it is queried again
      record.writeUInt16BE(data.length, 10);
      return Buffer.concat([record, data]);
    });
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...records]), from.port, from.address);
  });
  await new Promise(done => socket.bind(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    names,
    asked,
    close: () => new Promise(done => socket.close(done)),
  };
}

function nameAt(bytes, at) {
  const labels = [];
  for (; bytes[at] !== 0; at += bytes[at] + 1) labels.push(bytes.toString('latin1', at + 1, at + 1 + bytes[at]));
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function bytesOfIpv6(address) {
  const [left, right = ''] = address.split('::');
  const words = [left, right].map(half => half.split(':').filter(Boolean));
  const all = [...words[0], ...Array(8 - words[0].length - words[1].length).fill('0'), ...words[1]];
  return Buffer.from(all.flatMap(word => [parseInt(word, 16) >> 8, parseInt(word, 16) & 255]));
}
