// What axe finds on a page.
import assert from 'node:assert/strict';
import axe from 'axe-core';

// Fails with the violations, and `what` was looked at.
export async function assertReadable(page, what) {
  await page.evaluate(axe.source.concat(';0')); // by the protocol, which the page's policy does not hold back
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  const told = ({ html, any }) => {
    const why = any.map(one => one.message).join('; ');
    return `${html.slice(0, 160)} ${why.slice(0, 200)}`;
  };
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(told).join(' | ')}`),
    [],
    what,
  );
}
