// A rule being edited: one JSON value that both the form and the JSON editor change, so that neither loses fields that
// it does not show.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type RuleDraft = { [name: string]: Json };
export type Path = (string | number)[];

// What is wrong with a value; `field` is its path as text.
export interface Issue {
  field: string;
  issue: string;
}

export const isObject = (value: unknown): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step];
    else if (isObject(here) && typeof step === 'string') here = here[step];
    else return undefined;
  }
  return here;
}

// A copy with another value at `path`. `undefined` removes it together with containers that become empty.
export function withAt(value: Json | undefined, path: Path, to: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return to;
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    const inner = withAt(list[step], rest, to);
    if (inner === undefined) list.splice(step, 1);
    else list[step] = inner;
    return list.length ? list : undefined;
  }
  const copy = isObject(value) ? { ...value } : {};
  const inner = withAt(copy[step], rest, to);
  if (inner === undefined) delete copy[step];
  else copy[step] = inner;
  return Object.keys(copy).length ? copy : undefined;
}

// A path as the server writes it in an error: "when.all[0].atLeast".
export const pathText = (path: Path) =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index ? '.' : ''}${step}`)).join('');

const kAnswered = new Set(['rulesVersion', 'updatedAt', 'filling', 'warnings', 'requestId']);
export const withoutAnswer = (rule: object): RuleDraft =>
  Object.fromEntries(Object.entries(rule).filter(([name]) => !kAnswered.has(name)));

// What the library's renderers show as it is, to be changed.
export const kPopup: Json = {
  type: 'popup',
  payload: {
    title: 'Your cart is waiting',
    text: '10 % off if you order today.',
    code: 'SAVE10',
    button: { label: 'Go to checkout', href: '/checkout' },
  },
};
export const kBanner: Json = {
  type: 'banner',
  payload: { text: 'Delivery is free today.', button: { label: 'Go to checkout', href: '/checkout' } },
};

export const kCta: Json = { type: 'cta', payload: { selector: '#buy', label: 'Order now: delivery is free' } };
export const kSend: Json = { type: 'email', payload: { template: 'your-cart' } };

export const kBlank: RuleDraft = {
  status: 'draft',
  priority: 50,
  triggers: ['checkout'],
  when: { all: [{ count: { key: 'cart', value: 'add' }, within: '30m', atLeast: 1 }] },
  action: kPopup,
};
