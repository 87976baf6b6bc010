// An OpenID Connect provider on loopback: the real oidc-provider, whose accounts, keys and clients the test chooses.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { Beckon, freshAddress } from './beckon.mjs';
import { freePort } from './port.mjs';

/** A key pair that signs RS256, as a private JWK. */
export function newKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

export class TestProvider {
  accounts = new Map(); // by subject: the claims of userinfo
  sessions = new Map(); // by subject: what the provider calls the newest session with the server
  requests = []; // "GET /jwks" …, as they came
  secret = 'a-secret-of-43-characters-that-nobody-guesses';
  #capture; // takes what would be sent to the server

  // `app`: where the server under test is reached. Its client is public, or with `confidential` has a secret.
  static async start(app, { keys = [newKey('k1')], confidential = false } = {}) {
    const made = new TestProvider();
    made.app = app;
    made.confidential = confidential;
    made.port = await freePort();
    made.issuer = `http://127.0.0.1:${made.port}`;
    made.folder = mkdtempSync(join(tmpdir(), 'beckon-provider-'));
    made.use(keys);
    made.server = http.createServer((request, response) => {
      made.requests.push(`${request.method} ${request.url.split('?')[0]}`);
      made.handle(request, response);
    });
    await new Promise(done => made.server.listen(made.port, '127.0.0.1', done));
    return made;
  }

  // From now on these keys are published, and the first one signs.
  use(keys) {
    this.provider = new Provider(this.issuer, {
      jwks: { keys },
      clients: [
        {
          client_id: 'beckon',
          ...(this.confidential ? { client_secret: this.secret } : { token_endpoint_auth_method: 'none' }),
          redirect_uris: [`${this.app}/apps/lifecycle-messaging/`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          backchannel_logout_uri: `${this.app}/v2/auth/oidc/corp/backchannel-logout`,
          backchannel_logout_session_required: true,
        },
        {
          client_id: 'shop',
          client_secret: this.secret,
          redirect_uris: [],
          response_types: [],
          grant_types: ['client_credentials'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
      scopes: ['openid', 'email', 'groups'],
      findAccount: (_, id) =>
        this.accounts.has(id) && { accountId: id, claims: () => ({ sub: id, ...this.accounts.get(id) }) },
      features: {
        backchannelLogout: { enabled: true },
        clientCredentials: { enabled: true },
        resourceIndicators: { enabled: true, getResourceServerInfo: (_, audience) => this.#resource(audience) },
      },
      // Its own fetch refuses loopback.
      fetch: (url, { dispatcher, ...options }) => (this.#capture ?? fetch)(url, options),
      cookies: { keys: ['a key of the test'] },
      renderError: (context, out) => {
        context.type = 'json';
        context.body = out;
      },
    });
    this.provider.on('authorization.success', ({ oidc: { session } }) =>
      this.sessions.set(session.accountId, session.sidFor('beckon')),
    );
    this.provider.on('server_error', (_, error) => console.error(error));
    this.handle = this.provider.callback();
  }
  #resource = audience => ({ audience, scope: 'api', accessTokenFormat: 'jwt' });

  count = what => this.requests.filter(request => request === what).length;

  // What a program of this account sends as a bearer; with `format` opaque, the provider's default.
  async accessToken(accountId, { audience = this.app, format = 'jwt' } = {}) {
    const client = await this.provider.Client.find('shop');
    const token = new this.provider.AccessToken({ accountId, client, scope: 'api', gty: 'authorization_code' });
    if (format === 'jwt') token.resourceServer = new this.provider.ResourceServer(audience, this.#resource(audience));
    return token.save();
  }

  // Tells the server that the account, or its session, has signed out; resolves when it has answered 200.
  async signOut(accountId, session) {
    const client = await this.provider.Client.find('beckon');
    client.backchannelLogoutSessionRequired = session !== undefined;
    try {
      await client.backchannelLogout(accountId, session);
    } finally {
      client.backchannelLogoutSessionRequired = true;
    }
  }

  // A logout token that was not sent.
  async logoutToken(accountId, session) {
    let token;
    this.#capture = async (_, { body }) => {
      token = body.get('logout_token');
      return new Response('{}');
    };
    await this.signOut(accountId, session);
    this.#capture = undefined;
    return token;
  }

  // The lines of the server's file for this provider, without roles and links.
  file(more = '') {
    if (this.confidential) writeFileSync(join(this.folder, 'secret'), `${this.secret}\n`, { mode: 0o600 });
    return `[[provider]]
name = "corp"
title = "Acme SSO"
issuer = "${this.issuer}"
client-id = "beckon"
scope = "openid email groups"
audience = "${this.app}"
allow = ["127.0.0.1:${this.port}"]
${this.confidential ? `client-secret-file = "${join(this.folder, 'secret')}"\n` : ''}${more}`;
  }
  // The flags with which a server knows it.
  flags(more = '') {
    const path = join(this.folder, 'providers.toml');
    writeFileSync(path, this.file(more));
    return ['--oidc-providers', path, '--public-url', this.app];
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Goes through the provider's pages as a browser does; resolves to where they send it at last. */
export async function throughThePages(url, login) {
  const cookies = new Map();
  let next = { url, method: 'GET' };
  for (let steps = 0; steps < 20; steps += 1) {
    const response = await fetch(next.url, {
      method: next.method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(next.body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      body: next.body,
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const to = response.headers.get('location');
    if (to) {
      const target = new URL(to, next.url);
      if (target.origin !== new URL(url).origin) return target;
      next = { url: target.href, method: 'GET' };
      continue;
    }
    const page = await response.text();
    const form = /<form[^>]* action="([^"]+)"/.exec(page);
    if (!form) throw new Error(`the provider has no form: ${response.status} ${page.slice(0, 500)}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(page)[1];
    next = {
      url: new URL(form[1], next.url).href,
      method: 'POST',
      body: new URLSearchParams({ prompt, login, password: 'any' }).toString(),
    };
  }
  throw new Error('the provider goes round in circles');
}

/** A provider and a server that knows it. `more`: further lines of the server's file. */
export async function beckonWithProvider({ more = '', flags = ['--dev'], ...options } = {}) {
  const port = await freePort();
  const provider = await TestProvider.start(`http://127.0.0.1:${port}`, options);
  const beckon = await Beckon.start({ port, flags: [...flags, ...provider.flags(more)] });
  return { provider, beckon };
}

export const kBrowser = 'what-the-page-keeps-in-its-tab-of-43-chars.';

/** A sign-in, without a browser: `url` and `back` change where it goes and what comes back. */
export async function signIn(beckon, account, { url = u => u, back = b => b, from = freshAddress() } = {}) {
  const body = { browser: kBrowser };
  const started = await beckon.call('POST', '/v2/auth/oidc/corp/start', { body, from });
  if (started.status !== 200) return started;
  const target = await throughThePages(url(started.json.authorizeUrl), account);
  const brought = back({ ...Object.fromEntries(target.searchParams), ...body });
  return beckon.call('POST', '/v2/auth/oidc/callback', { body: brought, from });
}
