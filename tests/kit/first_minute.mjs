// The first minute, click by click: each action, its result, and its picture. docs/first-minute.md has the same steps.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './beckon.mjs';

export const kDocs = join(root, 'docs/first-minute.md');

const rail = (page, name) => page.getByRole('navigation', { name: 'Playbook' }).getByRole('link', { name }).click();
const press = (page, name) => page.getByRole('button', { name }).click();

// Each `run` ends when its result is on the screen. `look` is called before each click.
export const steps = [
  {
    does: 'open the link, *Get started*',
    sees: 'the four steps of the playbook, already signed in',
    async run({ page, link, look }) {
      await look();
      await page.goto(link);
      await page.getByRole('link', { name: /^Get started/ }).click();
      await page.getByRole('navigation', { name: 'Playbook' }).waitFor();
    },
  },
  {
    does: '**Run** next to “Fills a cart and leaves”',
    sees: 'five signals arrive on the session timeline',
    picture: 'append',
    async run({ page, look }) {
      await look();
      await press(page, 'Run Fills a cart and leaves');
      await page.getByText('All 5 signals of “Fills a cart and leaves” were sent.').waitFor();
      await page.getByRole('complementary', { name: 'Session timeline' }).getByText('signal 5').waitFor();
    },
  },
  {
    does: '*Resolve and prefetch*, **Resolve**',
    sees: 'the decision: no match, because there are no rules yet',
    async run({ page, look }) {
      await look();
      await rail(page, 'Resolve and prefetch');
      await look();
      await press(page, /^Resolve/);
      await page.getByRole('article', { name: 'Decision at checkout' }).getByText('No rule matched').waitFor();
    },
  },
  {
    does: '**Add three example rules**',
    sees: 'they are published',
    async run({ page, look }) {
      await look();
      await press(page, 'Add three example rules');
      await page.getByText('Three example rules were published').waitFor();
    },
  },
  {
    does: '**Resolve**',
    sees: 'the decision: a popup, the rule that matched, the required and actual value of each condition, and what changed',
    picture: 'resolve',
    async run({ page, look }) {
      await look();
      await press(page, /^Resolve/);
      const card = page.getByRole('article', { name: 'Decision at checkout' });
      await card.getByText('matched, selected').waitFor();
      await card.getByText('Changed since the previous response').waitFor();
      await card.getByText('What would change it').first().scrollIntoViewIfNeeded(); // the reasons, for the picture
    },
  },
  {
    does: '*Subscribe*, **Use the built-in receiver**, **Subscribe**',
    sees: 'the secret, shown once, with code to verify deliveries',
    picture: 'subscribe',
    async run({ page, look }) {
      await look();
      await rail(page, 'Subscribe');
      await look();
      await press(page, 'Use the built-in receiver');
      await look();
      await press(page, /^Subscribe/);
      await page.locator('.secret code').waitFor();
      await page.getByText('Code to verify a delivery').waitFor();
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

// The rows of the table in the docs: [at, action, result].
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
