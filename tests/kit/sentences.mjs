// The sentences of a document that say what holds: tests/rules_text.test.mjs ties each to a test.
//
// Those are the sentences and table rows of the named sections, and of the text before the first section where '' is
// named. Not among them: code blocks, headings, the head of a table, captions, which stand in quotes before their
// example, what stands in bold before a paragraph, lines that end with a colon, and paragraphs between <!-- why --> and <!-- /why -->, which give reasons.
const kEnd = /(?<=[.!?][)"”*]*) +(?=[A-Z"“(*`0-9])/;

export function sentencesOf(document, sections) {
  const found = [];
  let section = '',
    skipping = '';
  for (const line of document.split('\n')) {
    if (/^ *```/.test(line)) skipping = skipping === 'code' ? '' : 'code';
    else if (line === '<!-- why -->') skipping = 'why';
    else if (line === '<!-- /why -->') skipping = '';
    else if (skipping) continue;
    else if (line.startsWith('## ')) section = line.slice(3);
    else if (!sections.includes(section) || /^(#|\| ---|"|$)/.test(line) || line.endsWith(':')) continue;
    else if (/^\| (measure|kind|part) \|/.test(line)) continue;
    else if (line.startsWith('| ')) found.push(line.slice(2, -2));
    else
      found.push(
        ...line
          .replace(/^(- |\d\. )/, '')
          .replace(/^\*\*[^*]+\.\*\* /, '')
          .split(kEnd),
      );
  }
  return found;
}
