// node script/write_routes.mjs <OUTPUT-OF-beckon-routes: see script/routes.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const kRoles = { creator: 'CREATOR', operator: 'OPERATOR', owner: 'OWNER', platform_admin: 'PLATFORM_ADMIN' };
const kTokens = '/v2/public/handles/';
const pointer = (...parts) =>
  `#/${parts.map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;

// "GET /v2/… operator webhooks.*" as the lines of `beckon routes`.
export const routesOf = text =>
  text
    .trim()
    .split('\n')
    .map(line => {
      const [method, path, who, scope] = line.trim().split(/\s+/);
      return { method: method.toLowerCase(), path, who, scope };
    });

// The operation of a role, for access tokens: all but who may call it is said there.
function forTokens(path, method, one, scope) {
  const there = (...parts) => ({ $ref: pointer('paths', path, method, ...parts) });
  const ref = (value, ...parts) => (value.$ref ? { $ref: value.$ref } : there(...parts));
  return {
    tags: one.tags,
    operationId: `${one.operationId}ByToken`,
    summary: one.summary,
    description: `As \`${one.operationId}\`, with an access token that has the scope \`${scope}\`.`,
    security: [{ accessToken: [scope] }, { apiKey: [scope] }],
    ...(one.parameters ? { parameters: one.parameters.map((value, i) => ref(value, 'parameters', i)) } : {}),
    ...(one.requestBody ? { requestBody: ref(one.requestBody, 'requestBody') } : {}),
    responses: Object.fromEntries(
      Object.entries(one.responses).map(([status, value]) => [status, ref(value, 'responses', status)]),
    ),
  };
}

// The document with `security` as the route table has it, and with the paths of access tokens made from those of roles,
// but for those that are for both.
export function withRoutes(document, routes) {
  const paths = Object.fromEntries(
    Object.entries(structuredClone(document.paths)).filter(([path]) => !path.startsWith(kTokens)),
  );
  const ofTokens = {};
  for (const { method, path, who, scope } of routes) {
    if (who === 'member') {
      const security = [{ accessToken: [] }, { apiKey: [] }, { jwt: ['CREATOR'] }];
      ofTokens[path] = { ...ofTokens[path], [method]: { ...document.paths[path]?.[method], security } };
    }
    const one = paths[path]?.[method];
    if (!one) continue;
    if (kRoles[who]) one.security = [{ jwt: [kRoles[who]] }];
    if (!scope || !kRoles[who]) continue;
    const twin = path.replace('/v2/handles/', kTokens);
    ofTokens[twin] = { ...ofTokens[twin], [method]: forTokens(path, method, one, scope) };
  }
  return { ...document, paths: { ...paths, ...ofTokens } };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
  const written = withRoutes(document, routesOf(readFileSync(0, 'utf8')));
  writeFileSync('docs/openapi.json', `${JSON.stringify(written, null, 2)}\n`);
}
