// What axe finds on a page.
import assert from 'node:assert/strict';
import axe from 'axe-core/axe.min.js';

const kAll = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// The rules of these that look at colors.
const kOfColors = ['color-contrast', 'link-in-text-block'];

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source.concat(';0')); // by the protocol, which the page's policy does not hold back
  const { violations: found } = await page.evaluate(
    only =>
      globalThis.axe.run(document, {
        resultTypes: ['violations'],
        iframes: false, // axe is not in them: it would only wait for an answer
        runOnly: only,
      }),
    runOnly,
  );
  const told = ({ html, any }) => {
    const why = any.map(one => one.message).join('; ');
    return `${html.slice(0, 160)} ${why.slice(0, 200)}`;
  };
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(told).join(' | ')}`);
}

// Fails with the violations, and `what` was looked at.
export async function assertReadable(page, what) {
  assert.deepEqual(await violations(page, kAll), [], what);
}

// The same in both themes, and leaves the page in the light one. The themes differ in the values of colors alone
// (console/src/style/base.css), so of the dark one only the rules that look at colors are asked.
export async function assertReadableInBothThemes(page, what) {
  await page.emulateMedia({ colorScheme: 'light' });
  await assertReadable(page, `${what}, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await violations(page, kOfColors), [], `${what}, dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}
