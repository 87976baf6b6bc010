// The API, typed by its OpenAPI description (docs/openapi.json). Every request is recorded for the inspector.
import createClient from 'openapi-fetch';
import type { paths } from './described.d.ts';
import { note, remember, type Exchange } from './exchange.ts';
import { faultOf, refusesToken, unreachable, type Fault } from './fault.ts';
import { noteUnanswered } from '../state/answered.ts';
import { doubted, signedOut, token } from '../state/sign_in.ts';

export type Answer<T> =
  | { ok: true; data: T; etag: string; exchange: Exchange }
  | { ok: false; fault: Fault; exchange?: Exchange };

const kShown = new Set(['content-type', 'if-match', 'if-none-match']);
// Secrets are masked, so that they are neither shown again nor copied.
const masked = (text: string) =>
  text
    .replace(/("(?:password|currentPassword|newPassword|code|accessToken)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"…"')
    .replace(/#invitation=[\w-]+/g, '#invitation=…')
    .replace(/whsec_[A-Za-z0-9+/=]+/g, 'whsec_…')
    .replace(/idsec_[\w-]+/g, 'idsec_…')
    .replace(/patv1_[\w.-]+/g, 'patv1_…');

const sentWith = new WeakMap<Response, string>(); // the token that the request was sent with
const recordings = new WeakMap<Response, Exchange>();

// Passes each exchange to `keep`, with the response body only if `whole`: what the page polls may be long.
const recordedBy =
  (keep: (exchange: Omit<Exchange, 'id'>) => Exchange, whole: boolean) =>
  async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const path = pathname + search;
    const body = masked(await request.clone().text());
    const at = Date.now(),
      began = performance.now();
    const asked = {
      at,
      path,
      body,
      method: request.method,
      signedIn: request.headers.has('authorization'),
      headers: [...request.headers].filter(([name]) => kShown.has(name)),
    };
    try {
      const response = await fetch(request);
      const answer = whole ? masked(await response.clone().text()) : '';
      recordings.set(
        response,
        keep({
          ...asked,
          took: performance.now() - began,
          status: response.status,
          answerHeaders: [...response.headers],
          answer,
        }),
      );
      return response;
    } catch (error) {
      keep({ ...asked, took: performance.now() - began, status: 0, answerHeaders: [], answer: '' });
      throw error;
    }
  };

// Of responses that are also described as something else, the page reads the JSON.
function clientOver(way: (request: Request) => Promise<Response>) {
  return createClient<paths, 'application/json'>({
    baseUrl: location.origin,
    fetch: async request => {
      const { value } = token;
      if (value) request.headers.set('authorization', `Bearer ${value}`);
      const response = await way(request);
      sentWith.set(response, value);
      return response;
    },
  });
}

export const api = clientOver(recordedBy(remember, true)); // requests that the user made
export const quietly = clientOver(recordedBy(note, false)); // background requests of the page

type Raw<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

// Never throws. A 401 ends the sign-in that the request was sent with.
export async function ask<T>(call: Raw<T>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call;
    const exchange = recordings.get(response)!;
    if (response.ok) return { ok: true, data: data as T, etag: response.headers.get('etag') ?? '', exchange };
    const fault = faultOf(response.status, response.headers, error);
    if (refusesToken(fault) && token.value && sentWith.get(response) === token.value) signedOut(fault);
    if (fault.code === 'insufficient_role') doubted.value += 1;
    return { ok: false, fault, exchange };
  } catch (error) {
    noteUnanswered();
    return { ok: false, fault: unreachable(error) };
  }
}
