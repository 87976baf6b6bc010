// What answers of OpenFeature's remote evaluation protocol look like, as JSON schemas: written from the protocol's
// published text (github.com/open-feature/protocol, service/openapi.yaml 0.3.0 and ADR 0008), and stricter where that
// leaves a choice that Beckon has made.
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';

const kText = { type: 'string', minLength: 1 };
const kScalars = { type: 'object', additionalProperties: { type: ['boolean', 'string', 'number'] } };
const failure = codes => ({
  type: 'object',
  properties: { key: { type: 'string' }, errorCode: { enum: codes }, errorDetails: kText },
  required: ['errorCode', 'errorDetails'],
  not: { required: ['value'] },
});
const kFailure = failure(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL']);
const kOneFailure = { ...kFailure, required: ['key', ...kFailure.required] };

// A flag without a value leaves it to the code that asked.
const kFlag = {
  type: 'object',
  properties: {
    key: kText,
    value: { type: ['boolean', 'string', 'number', 'object'] },
    reason: kText,
    variant: kText,
    metadata: kScalars,
  },
  required: ['key', 'reason'],
  not: { required: ['errorCode'] },
};

const kStream = {
  type: 'object',
  properties: {
    type: kText,
    url: { type: 'string', pattern: '^https?://' },
    endpoint: {
      type: 'object',
      properties: {
        origin: { type: 'string', pattern: '^https?://[^/]+$' },
        requestUri: { type: 'string', pattern: '^/' },
      },
      required: ['requestUri'],
    },
    inactivityDelaySec: { type: 'integer', minimum: 1 },
  },
  required: ['type'],
  oneOf: [{ required: ['url'] }, { required: ['endpoint'] }],
};

const kSchemas = {
  'single 200': kFlag,
  'single 400': kOneFailure,
  'single 404': failure(['FLAG_NOT_FOUND']),
  'bulk 200': {
    type: 'object',
    properties: {
      flags: { type: 'array', items: { anyOf: [kFlag, kOneFailure] } },
      eventStreams: { type: 'array', items: kStream },
      metadata: kScalars,
    },
    required: ['flags'],
  },
  'bulk 400': kFailure,
  'bulk 404': failure(['GENERAL']), // not in the protocol
  event: {
    type: 'object',
    properties: {
      type: { const: 'refetchEvaluation' },
      etag: kText,
      lastModified: { type: 'integer', minimum: 0 },
    },
    required: ['type'],
  },
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validators = Object.fromEntries(Object.entries(kSchemas).map(([name, schema]) => [name, ajv.compile(schema)]));

export function assertFits(value, what) {
  const validate = validators[what];
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
}

// Holds an answer against the protocol: `kind` is what was asked, single or bulk.
export function assertOfrep(answer, kind) {
  const { status, headers, text, json } = answer;
  if (status === 304) {
    assert.equal(text, '');
    assert.ok(headers.etag);
  } else if ([401, 403].includes(status)) {
    assert.ok(json.error, text); // the protocol says the status alone
  } else if (status === 429) {
    assert.match(headers['retry-after'], /^[1-9]\d*$/);
  } else {
    assert.equal(headers['content-type'], 'application/json');
    assertFits(json, `${kind} ${status}`);
    if (status === 200 && kind === 'bulk') assert.match(headers.etag, /^"[\x21\x23-\x7e]+"$/);
  }
  return answer;
}

// What the tests of flags are about: a flag that needs a cart, once a session, and one for the plan `pro`.
export const kAction = { type: 'popup', payload: { code: 'SAVE10' } };
export const kCart = { all: [{ count: { key: 'cart' }, atLeast: 1 }] };

export async function putRule(beckon, id, body) {
  const { status, text } = await beckon.as('CREATOR', 'PUT', `/chain-rules/${id}`, { when: {}, ...body });
  assert.ok([200, 201].includes(status), text);
}
export async function putFlags(beckon) {
  await putRule(beckon, 'cart-rescue', {
    triggers: ['checkout'],
    when: kCart,
    action: kAction,
    limit: { caps: [{ max: 1, per: 'session' }] },
  });
  await putRule(beckon, 'for-pro', {
    triggers: ['banner'],
    when: { all: [{ context: 'plan', in: ['pro'] }] },
    action: { type: 'banner', payload: {} },
  });
}
