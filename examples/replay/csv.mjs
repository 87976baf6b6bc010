// CSV as RFC 4180 has it: quoted fields may hold commas, doubled quotes and line ends.

// Yields one object per record, keyed by the header line. Throws where a quote is unterminated or a record has
// another number of fields than the header.
export function* records(text) {
  let header = null;
  for (const { fields, line } of rows(text.replace(/^\uFEFF/, ''))) {
    if (header === null) {
      header = fields;
      continue;
    }
    if (fields.length === 1 && fields[0] === '') continue; // an empty line
    if (fields.length !== header.length)
      throw new Error(`line ${line}: ${fields.length} fields, but the header has ${header.length}`);
    yield Object.fromEntries(header.map((name, i) => [name, fields[i]]));
  }
}

function* rows(text) {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const fields = [];
    const began = line;
    for (;;) {
      let field;
      if (text[at] === '"') {
        const parts = [];
        at += 1;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0) throw new Error(`line ${began}: unterminated quote`);
          parts.push(text.slice(at, quote));
          at = quote + 1;
          if (text[at] !== '"') break;
          parts.push('"');
          at += 1;
        }
        field = parts.join('');
        line += field.split('\n').length - 1;
      } else {
        const from = at;
        while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at += 1;
        field = text.slice(from, at);
      }
      fields.push(field);
      if (text[at] !== ',') break;
      at += 1;
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r')
      throw new Error(`line ${line}: text after a closing quote`);
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    yield { fields, line: began };
  }
}
