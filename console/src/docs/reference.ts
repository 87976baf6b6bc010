// The operations of an OpenAPI 3.1 document, as the API reference shows them. Pure.
import { kDocs } from '../sentences/docs.ts';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

interface RawParameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
}

interface RawAnswer {
  $ref?: string;
  description?: string;
  content?: Record<string, Media>;
}

interface RawOperation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: RawParameter[];
  requestBody?: { $ref?: string; required?: boolean; content?: Record<string, Media> };
  responses: Record<string, RawAnswer>;
}

export interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  security?: Record<string, string[]>[];
  paths: Record<string, Record<string, RawOperation>>;
  webhooks?: Record<string, Record<string, RawOperation>>;
  components?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description: string;
  schema: Schema;
  example: string; // '' if there is none
}

export interface Body {
  type: string; // media type
  schema: Schema;
  example: unknown; // undefined if there is none
}

export interface Answer {
  status: string; // "202", "default"
  description: string;
  body: Body | null;
}

export interface Operation {
  id: string;
  tag: string;
  method: string; // upper case
  path: string; // of an event: its type
  summary: string;
  description: string;
  role: string; // '' if anybody may call it; "any" for every signed-in user
  scope: string; // of access tokens; '' if they cannot call it
  tokenPath: string; // where access tokens call it, if not at `path`; else ''
  parameters: Parameter[];
  required: boolean; // the body
  bodies: Body[];
  answers: Answer[];
  isEvent: boolean; // the server sends it
}

export interface Group {
  name: string;
  description: string;
  operations: Operation[];
}

const kMethods = ['get', 'post', 'put', 'patch', 'delete'];
const kOfHandle = '/v2/handles/{handle}/';
const kOfToken = '/v2/public/handles/{handle}/';

// What a "#/…" reference names; the node itself if it is none.
export function resolved<T extends { $ref?: string }>(document: Document, node: T): T {
  let found = node;
  for (let hops = 0; found.$ref && hops < 8; hops += 1)
    found = found.$ref
      .slice(2)
      .split('/')
      .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], document) as T;
  return found;
}

// The schema without `$ref` and `allOf`: what its parts say together.
export function flat(document: Document, schema: Schema): Schema {
  const { allOf, ...own } = resolved(document, schema);
  const whole = own;
  for (const part of allOf ?? []) {
    const { properties, required, ...others } = flat(document, part);
    Object.assign(whole, { ...others, ...whole });
    if (properties) whole.properties = { ...properties, ...whole.properties };
    if (required) whole.required = [...(whole.required ?? []), ...required];
  }
  return whole;
}

const typesOf = ({ type }: Schema) => (Array.isArray(type) ? type : type ? [type] : []);

// An example of what the schema describes: its own, else one made of those of its members.
export function exampleOf(document: Document, schema: Schema, depth = 0): unknown {
  const all = flat(document, schema);
  if (all.examples?.length) return all.examples[0];
  if (all.const !== undefined) return all.const;
  if (all.default !== undefined) return all.default;
  if (all.enum?.length) return all.enum[0];
  const [first] = all.oneOf ?? all.anyOf ?? [];
  if (first && !all.properties) return depth < 6 ? exampleOf(document, first, depth + 1) : undefined;
  const [type] = typesOf(all);
  if (all.properties || type === 'object') {
    const members = Object.entries(all.properties ?? {}).filter(([name]) => all.required?.includes(name));
    return Object.fromEntries(
      members
        .map(([name, one]) => [name, depth < 6 ? exampleOf(document, one, depth + 1) : undefined])
        .filter(([, value]) => value !== undefined),
    );
  }
  if (type === 'array') {
    const item = all.items && depth < 6 ? exampleOf(document, all.items, depth + 1) : undefined;
    return item === undefined ? [] : [item];
  }
  if (type === 'string') return 'text';
  if (type === 'integer' || type === 'number') return all.minimum ?? 0;
  if (type === 'boolean') return true;
  return undefined;
}

// "string or null, 1 to 64 characters"
export function typeWords(document: Document, schema: Schema): string {
  const all = flat(document, schema);
  const range = (from: number | undefined, to: number | undefined, unit: string) =>
    from === undefined && to === undefined ? '' : kDocs.range(from, to, unit);
  const types = typesOf(all).map(type =>
    type === 'array' && all.items ? kDocs.arrayOf(typeWords(document, all.items).split(',')[0]!) : type,
  );
  const alternatives = all.oneOf ?? all.anyOf;
  const name = types.length
    ? types.join(kDocs.or)
    : alternatives && !all.properties
      ? [...new Set(alternatives.map(one => typeWords(document, one).split(',')[0]!))].join(kDocs.or)
      : all.properties
        ? 'object'
        : all.enum || all.const !== undefined
          ? typeof (all.enum?.[0] ?? all.const)
          : kDocs.anyValue;
  return [
    name,
    all.format,
    range(all.minLength, all.maxLength, kDocs.characters),
    range(all.minItems, all.maxItems, kDocs.items),
    range(all.minimum, all.maximum, ''),
  ]
    .filter(Boolean)
    .join(', ');
}

export interface Member {
  name: string;
  schema: Schema;
  required: boolean;
}

// The members of an object, and those of the items of a list of objects.
export function membersOf(document: Document, schema: Schema): Member[] {
  const all = flat(document, schema);
  if (all.items) return membersOf(document, all.items);
  const named = Object.entries(all.properties ?? {}).map(([name, one]) => ({
    name,
    schema: one,
    required: all.required?.includes(name) ?? false,
  }));
  return typeof all.additionalProperties === 'object' && Object.keys(all.additionalProperties).length
    ? [...named, { name: '*', schema: all.additionalProperties, required: false }]
    : named;
}

// The forms that a value can have, where there are several and one is an object.
export function alternativesOf(document: Document, schema: Schema): Schema[] {
  const all = flat(document, schema);
  if (all.items) return alternativesOf(document, all.items);
  const several = all.oneOf ?? all.anyOf ?? [];
  return several.some(one => membersOf(document, one).length) ? several : [];
}

function bodiesOf(document: Document, content: Record<string, Media> | undefined): Body[] {
  return Object.entries(content ?? {}).map(([type, { schema = {}, example, examples }]) => ({
    type,
    schema,
    example: example ?? Object.values(examples ?? {})[0]?.value ?? exampleOf(document, schema),
  }));
}

function parameterOf(document: Document, raw: RawParameter): Parameter {
  const { name, in: where, required = false, description = '', schema = {}, example } = resolved(document, raw);
  const shown = example ?? flat(document, schema).examples?.[0];
  return {
    name,
    in: where as Parameter['in'],
    required,
    description: description || (flat(document, schema).description ?? ''),
    schema,
    example: shown === undefined ? '' : String(shown),
  };
}

function operationOf(document: Document, method: string, path: string, raw: RawOperation, isEvent: boolean): Operation {
  const { operationId, tags = [], summary = '', description = '', parameters = [] } = raw;
  const security = raw.security ?? document.security ?? [];
  const body = raw.requestBody && resolved(document, raw.requestBody);
  const roles = security.find(one => one.jwt)?.jwt;
  const scopes = security.find(one => one.accessToken)?.accessToken;
  return {
    id: operationId,
    tag: tags[0] ?? '',
    method: method.toUpperCase(),
    path,
    summary,
    description,
    role: roles ? (roles[0] ?? 'any') : '',
    scope: scopes ? (scopes[0] ?? 'any') : '',
    tokenPath: '',
    parameters: parameters.map(one => parameterOf(document, one)),
    required: body?.required ?? false,
    bodies: bodiesOf(document, body?.content),
    answers: Object.entries(raw.responses).map(([status, one]) => {
      const answer = resolved(document, one);
      return {
        status,
        description: answer.description ?? '',
        body: bodiesOf(document, answer.content)[0] ?? null,
      };
    }),
    isEvent,
  };
}

// By tag, in the document's order. A route for access tokens is one with that of the role that it stands for.
export function groupsOf(document: Document): Group[] {
  const listed = (from: Document['paths'], isEvent: boolean) =>
    Object.entries(from).flatMap(([path, item]) =>
      kMethods
        .filter(method => item[method])
        .map(method => operationOf(document, method, path, item[method]!, isEvent)),
    );
  const all = listed(document.paths, false);
  const byPlace = new Map(all.map(one => [`${one.method} ${one.path}`, one]));
  const shown = all.filter(one => {
    if (!one.scope || !one.path.startsWith(kOfToken)) return true;
    const same = byPlace.get(`${one.method} ${one.path.replace(kOfToken, kOfHandle)}`);
    if (!same) return true;
    same.scope = one.scope;
    same.tokenPath = one.path;
    return false;
  });
  const events = listed(document.webhooks ?? {}, true);
  return (document.tags ?? [])
    .map(({ name, description = '' }) => ({
      name,
      description,
      operations: [...shown, ...events].filter(one => one.tag === name),
    }))
    .filter(({ operations }) => operations.length > 0);
}

// The title of an operation among others: of two with the same one, that without a token says so.
export function titleIn(others: Operation[], { id, path, summary, isEvent, role, scope }: Operation): string {
  if (isEvent) return path;
  const isOpen = !role && !scope;
  return isOpen && others.some(one => one.id !== id && one.summary === summary) ? kDocs.withoutToken(summary) : summary;
}

// Whether each word of the search is somewhere in what names the operation.
export function matches(one: Operation, search: string): boolean {
  const text = `${one.method} ${one.path} ${one.tokenPath} ${one.summary} ${one.tag} ${one.id} ${one.description}`;
  const lower = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => lower.includes(word));
}
