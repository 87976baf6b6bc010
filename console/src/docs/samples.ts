// A request as code in three languages. The token is a variable, so that no secret is copied. Pure.
import { quoted } from '../api/curl.ts';

export interface Asked {
  method: string;
  url: string; // absolute
  headers: [string, string][]; // but for that of the token
  token: boolean; // it has one
  body: string; // '' if there is none
}

export const kLanguages = ['curl', 'javascript', 'python'] as const;
export type Language = (typeof kLanguages)[number];

const json = (text: string): { value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

function curl({ method, url, headers, token, body }: Asked): string {
  const parts = [`curl -sS${method === 'GET' ? '' : ` -X ${method}`} ${quoted(url)}`];
  if (token) parts.push('-H "authorization: Bearer $JWT_TOKEN"');
  for (const [name, value] of headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

const indented = (text: string, by: string) => text.replaceAll('\n', `\n${by}`);

function javascript({ method, url, headers, token, body }: Asked): string {
  const all = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code of the sample
    ...(token ? ['authorization: `Bearer ${process.env.JWT_TOKEN}`'] : []),
    ...headers.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ];
  const read = json(body);
  const options = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(all.length ? [`headers: {\n    ${all.join(',\n    ')},\n  }`] : []),
    ...(body
      ? [
          `body: ${read ? `JSON.stringify(${indented(JSON.stringify(read.value, null, 2), '  ')})` : JSON.stringify(body)}`,
        ]
      : []),
  ];
  const given = options.length ? `, {\n  ${options.join(',\n  ')},\n}` : '';
  return `const response = await fetch(${JSON.stringify(url)}${given});\nconsole.log(response.status, await response.text());`;
}

// A JSON value as an expression of Python.
function pythonOf(value: unknown, by = ''): string {
  const deeper = `${by}    `;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map(one => pythonOf(one, deeper))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${pythonOf(one, deeper)}`);
  return items.length ? `${open}\n${items.map(one => `${deeper}${one},\n`).join('')}${by}${close}` : `${open}${close}`;
}

function python({ method, url, headers, token, body }: Asked): string {
  const all = [
    ...(token ? ['"authorization": "Bearer " + os.environ["JWT_TOKEN"]'] : []),
    ...headers.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ];
  const read = json(body);
  const given = [
    JSON.stringify(url),
    `method=${JSON.stringify(method)}`,
    ...(all.length ? [`headers={\n        ${all.join(',\n        ')},\n    }`] : []),
    ...(body ? [`data=${read ? `json.dumps(${pythonOf(read.value, '    ')})` : JSON.stringify(body)}.encode()`] : []),
  ];
  const modules = [...(read && body ? ['json'] : []), ...(token ? ['os'] : []), 'urllib.error', 'urllib.request'];
  return [
    ...modules.map(name => `import ${name}`),
    '',
    `request = urllib.request.Request(\n    ${given.join(',\n    ')},\n)`,
    'try:',
    '    response = urllib.request.urlopen(request)',
    'except urllib.error.HTTPError as error:',
    '    response = error',
    'print(response.status, response.read().decode())',
  ].join('\n');
}

export const sampleIn = (language: Language, asked: Asked) => ({ curl, javascript, python })[language](asked);
