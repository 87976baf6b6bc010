// The first minute, click by click: what one does, what one sees, and the picture of it. docs/first-minute.md tells the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

export const kDocs = join(root, 'docs/first-minute.md');

const rail = (page, name) => page.getByRole('navigation', { name: 'Playbook' }).getByRole('link', { name }).click();
const press = (page, name) => page.getByRole('button', { name }).click();

// Each `run` ends when what it says is on the screen. `look` is called before each click.
export const steps = [
  {
    does: 'open the link',
    sees: 'the four steps of the playbook; it signed in by itself',
    async run({ page, link, look }) {
      await look();
      await page.goto(link);
      await page.getByRole('navigation', { name: 'Playbook' }).waitFor();
    },
  },
  {
    does: '**Play** beside “Fills a cart and leaves”',
    sees: 'five signals arrive on the session’s timeline',
    picture: 'append',
    async run({ page, look }) {
      await look();
      await press(page, 'Play Fills a cart and leaves');
      await page.getByText('All 5 of “Fills a cart and leaves” are in the session.').waitFor();
      await page.getByRole('complementary', { name: 'Session timeline' }).getByText('signal 5').waitFor();
    },
  },
  {
    does: '*Resolve and prefetch*, **Resolve**',
    sees: 'the decision: `none`, for there are no rules yet',
    async run({ page, look }) {
      await look();
      await rail(page, 'Resolve and prefetch');
      await look();
      await press(page, /^Resolve/);
      await page.getByRole('article', { name: 'Decision at checkout' }).getByText('No rule holds').waitFor();
    },
  },
  {
    does: '**Add three example rules**',
    sees: 'they are in force',
    async run({ page, look }) {
      await look();
      await press(page, 'Add three example rules');
      await page.getByText('Three example rules are in force').waitFor();
    },
  },
  {
    does: '**Resolve**',
    sees: 'the decision: a popup, which rule said so, each condition as wanted and seen, and what is different from before',
    picture: 'resolve',
    async run({ page, look }) {
      await look();
      await press(page, /^Resolve/);
      const card = page.getByRole('article', { name: 'Decision at checkout' });
      await card.getByText('holds, and is the answer').waitFor();
      await card.getByText('Different from the previous answer').waitFor();
    },
  },
  {
    does: '*Subscribe*, **Use the built-in receiver**, **Subscribe**',
    sees: 'the secret, once, with code that verifies',
    picture: 'subscribe',
    async run({ page, look }) {
      await look();
      await rail(page, 'Subscribe');
      await look();
      await press(page, 'Use the built-in receiver');
      await look();
      await press(page, /^Subscribe/);
      await page.locator('.secret code').waitFor();
      await page.getByText('Code that verifies a delivery').waitFor();
    },
  },
  {
    does: '**Send a test delivery**, **Send a test**',
    sees: 'accepted, queued, connected, sent, answered, each with its time; the receiver verified the signature',
    picture: 'test',
    async run({ page, look }) {
      await look();
      await page.getByRole('link', { name: 'Send a test delivery' }).click();
      await look();
      await press(page, /^Send a test/);
      await page.getByText('The built-in receiver verified the signature of this delivery').waitFor();
    },
  },
];

// The rows of the table in the docs: [at, what one does, what one sees].
export function toldInDocs() {
  const rows = readFileSync(kDocs, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| ') && !line.startsWith('| ---'));
  return rows.slice(1).map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}
