#!/bin/bash
# MCP's server passes a tool's result that its own client then refuses, but only after the tools were listed.
#
# Guess, before running: registerTool checks what a tool returns against its outputSchema and sends what the check makes of
# it: defaults filled in, unknown keys dropped, texts made numbers, as zod does and as it is done with arguments. What
# passes there passes in the client.
#
# What happens: the result of the check is thrown away, and the tool's own object is sent. The client has the schema as JSON
# Schema, which is stricter than zod: a key with a default is required, other keys are forbidden (additionalProperties:
# false), and nothing is converted. So a result with a field more than the schema names, say a row straight from a database,
# is fine for the server and an error for the client. And the client checks only what it knows from listTools: a test that
# calls the tool without listing first passes, an agent, which lists, fails. Return exactly what the schema has, or parse it
# yourself before.
#
# Seen: @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7:
#   before listTools exact      {"name":"Jo"}
#   before listTools a key more {"name":"Jo","plan":"pro"}
#   before listTools a default  {}
#   before listTools a text     {"orders":"3"}
#   after listTools  exact      {"name":"Jo"}
#   after listTools  a key more data must NOT have additional properties
#   after listTools  a default  data must have required property 'name'
#   after listTools  a text     data/orders must be number
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 >/dev/null
cat >results.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

const tools = {
  exact: [{ name: z.string() }, { name: 'Jo' }],
  'a key more': [{ name: z.string() }, { name: 'Jo', plan: 'pro' }],
  'a default': [{ name: z.string().default('unknown') }, {}],
  'a text': [{ orders: z.coerce.number() }, { orders: '3' }],
};
const server = new McpServer({ name: 'people', version: '1.0.0' });
for (const [name, [outputSchema, structuredContent]] of Object.entries(tools))
  server.registerTool(name.replaceAll(' ', '_'), { outputSchema }, async () => ({ content: [], structuredContent }));
const [here, there] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: 'agent', version: '1.0.0' });
await server.connect(there);
await client.connect(here);
async function call(name) {
  try {
    return JSON.stringify((await client.callTool({ name: name.replaceAll(' ', '_'), arguments: {} })).structuredContent);
  } catch (error) {
    return error.message.split('schema: ')[1];
  }
}
for (const listed of [false, true]) {
  if (listed) await client.listTools();
  for (const name of Object.keys(tools)) console.log(listed ? 'after listTools ' : 'before listTools', name.padEnd(10), await call(name));
}
process.exit();
JS
got=$(node results.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
before listTools exact      {"name":"Jo"}
before listTools a key more {"name":"Jo","plan":"pro"}
before listTools a default  {}
before listTools a text     {"orders":"3"}
after listTools  exact      {"name":"Jo"}
after listTools  a key more data must NOT have additional properties
after listTools  a default  data must have required property 'name'
after listTools  a text     data/orders must be number
SEEN
echo 'as it was seen'
