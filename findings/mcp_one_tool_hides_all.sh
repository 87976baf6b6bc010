#!/bin/bash
# One MCP tool with a date in its schema takes all other tools of the server from the list.
#
# Guess, before running: a schema that has no form in JSON Schema fails where it is registered, at the start. If it does
# not, the list has the tool with a schema that allows anything, or without it; the other tools are not concerned.
#
# What happens: registerTool takes every zod type. The schemas are translated at tools/list, all in one go, and the first
# that cannot be, a z.date() or z.coerce.date(), a z.bigint() or z.map(), a z.custom(), or a transform in an outputSchema,
# makes the whole request an error: the agent has no tool at all. Calling one by its name still works, the bad one too, so
# tests that call tools pass. A transform of an argument is fine, since its input is listed. A server's tests should list.
#
# Seen: @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7, each a server with the tools good and other:
#   z.iso.date()         called, listed: good other
#   z.coerce.date()      called, listed: MCP error -32603: Date cannot be represented in JSON Schema
#   z.coerce.bigint()    called, listed: MCP error -32603: BigInt cannot be represented in JSON Schema
#   z.custom()           called, listed: MCP error -32603: Custom types cannot be represented in JSON Schema
#   transform, argument  called, listed: good other
#   transform, result    called, listed: MCP error -32603: Transforms cannot be represented in JSON Schema
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 >/dev/null
cat >list.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

async function show(name, config, since) {
  const server = new McpServer({ name: 'signals', version: '1.0.0' });
  const answer = async () => ({ content: [{ type: 'text', text: 'called' }], structuredContent: { since: 'today' } });
  server.registerTool('good', { inputSchema: { name: z.string() } }, answer);
  server.registerTool('other', config, answer);
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await server.connect(there);
  await client.connect(here);
  const called = await client.callTool({ name: 'other', arguments: { since } });
  const listed = await client.listTools().then(({ tools }) => tools.map(tool => tool.name).join(' '), error => error.message);
  console.log(name.padEnd(20), `${called.content[0].text}, listed: ${listed}`);
}
await show('z.iso.date()', { inputSchema: { since: z.iso.date() } }, '2026-11-25');
await show('z.coerce.date()', { inputSchema: { since: z.coerce.date() } }, '2026-11-25');
await show('z.coerce.bigint()', { inputSchema: { since: z.coerce.bigint() } }, '20261125');
await show('z.custom()', { inputSchema: { since: z.custom(value => value !== '') } }, '2026-11-25');
await show('transform, argument', { inputSchema: { since: z.string().transform(Date.parse) } }, '2026-11-25');
await show('transform, result', { outputSchema: { since: z.string().transform(Date.parse) } }, '2026-11-25');
process.exit();
JS
got=$(node list.mjs)
echo "$got"
diff <(echo "$got") - <<'SEEN'
z.iso.date()         called, listed: good other
z.coerce.date()      called, listed: MCP error -32603: Date cannot be represented in JSON Schema
z.coerce.bigint()    called, listed: MCP error -32603: BigInt cannot be represented in JSON Schema
z.custom()           called, listed: MCP error -32603: Custom types cannot be represented in JSON Schema
transform, argument  called, listed: good other
transform, result    called, listed: MCP error -32603: Transforms cannot be represented in JSON Schema
SEEN
echo 'as it was seen'
