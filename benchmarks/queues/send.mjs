// One webhook as a user of these queues would send it: signed according to Standard Webhooks, with fetch, over keep-alive
// connections. BENCH_SENDER=request uses undici's lowest-level call instead, which costs half as much.
import { createHmac } from 'node:crypto';
import { Agent, fetch, request } from 'undici';

const key = Buffer.alloc(32, 7);
export const concurrency = 128;
const dispatcher = new Agent({ connections: concurrency / 8 }); // to each of eight receivers
let answered = 0;
export const sent = () => answered;

async function byFetch(url, options) {
  const answer = await fetch(url, options);
  return { status: answer.status, response: await answer.text() };
}
async function byRequest(url, options) {
  const { statusCode, body } = await request(url, options);
  return { status: statusCode, response: await body.text() };
}
const post = process.env.BENCH_SENDER === 'request' ? byRequest : byFetch;

// The record of the attempt. A status other than 2xx throws, so that the queue retries.
export async function send({ id, url, body }) {
  const at = Date.now(),
    seconds = Math.floor(at / 1000),
    began = performance.now();
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  const { status, response } = await post(url, {
    method: 'POST',
    body,
    dispatcher,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
    },
  });
  answered += 1;
  if (status < 200 || status > 299) throw new Error(`status ${status}`);
  return { at, status, us: Math.round((performance.now() - began) * 1000), response };
}
