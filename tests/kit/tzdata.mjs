// The machine's time zone database, read apart from the server.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

const folder = '/usr/share/zoneinfo';
const text = name => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

/** Its release, such as "2025b", or "unknown". */
export const tzdata = () =>
  /^# version ([\w.+-]{1,32})\n/.exec(text('tzdata.zi'))?.[1] ??
  /^([\w.+-]{1,32})\s*$/.exec(text('+VERSION'))?.[1] ??
  'unknown';

/** Whether the server warns of rules that name a time zone. */
export const tzdataIsOutdated = () => {
  const [, newest] = /kNewestZoneVersion = "(\w+)"/.exec(readFileSync(join(root, 'src/base/zone.h'), 'utf8'));
  return tzdata() !== 'unknown' && tzdata() < newest;
};
