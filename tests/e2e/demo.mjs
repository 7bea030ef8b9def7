// The demo behind script/demo: the simulator, the real server, a real login, and real MCP clients that do the main job
// over each transport and era. With --once everything ends; otherwise the HTTP server stays for the reader's own client.
import path from 'node:path';
import { connect, kinds } from './clients.mjs';
import { Workspace, programs } from './harness.mjs';
import { sim } from './sim.mjs';
import { StepFailed, tellStory } from './story.mjs';

const once = process.argv.includes('--once');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (colour ? `\x1b[1m${text}\x1b[0m` : text);
const faint = (text) => (colour ? `\x1b[2m${text}\x1b[0m` : text);
const print = (line = '') => process.stdout.write(`${line}\n`);

const chapters = [
  { kind: 'sdk-v1', over: 'stdio' },
  { kind: 'sdk-v2-modern', over: 'stdio' },
  { kind: 'sdk-v1', over: 'HTTP' },
  { kind: 'sdk-v2-modern', over: 'HTTP' },
];

const workspace = new Workspace();
let ending;

// Runs at the end, at a failure and at Ctrl-C, once.
function end(code) {
  ending ??= workspace.close().then(() => process.exit(code));
  return ending;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(once ? 130 : 0));

function report({ tool, said, detail, ms }) {
  const call = `${tool} ${faint(said)}`.trimEnd();
  const width = tool.length + (said ? 1 + said.length : 0);
  const time = ms === undefined ? '' : faint(` (${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms)`);
  print(`    ${call}${' '.repeat(Math.max(1, 56 - width))}${detail}${time}`);
}

async function countAdds() {
  return (await sim.requests(workspace))['POST /playlists/{id}/items'] ?? 0;
}

async function chapter({ kind, over }, number, server) {
  const target = over === 'HTTP'
    ? { url: server.url, token: workspace.token() }
    : { command: programs.server, args: ['stdio', '--config', workspace.config], env: workspace.env, cwd: workspace.directory };
  print();
  print(bold(`  ${number}/${chapters.length}  ${kinds[kind].title} over ${over}, protocol ${kinds[kind].version}`));
  const session = await connect(kind, target);
  try {
    const version = session.version();
    if (version !== kinds[kind].version) throw new StepFailed(`connect: negotiated ${version}`);
    const tools = await session.tools();
    report({ tool: 'tools/list', said: '', detail: `${tools.length} tools` });
    await tellStory(session, `${over}, ${version}`, report, countAdds);
    if (session.problems.length > 0) throw new StepFailed(`the client complained: ${session.problems[0]}`);
  } catch (error) {
    error.where = `${kinds[kind].title} over ${over}`;
    error.stderr = session.stderr();
    throw error;
  } finally {
    await session.close();
  }
}

function printHowToConnect(server) {
  const token = workspace.token();
  const header = { Authorization: `Bearer ${token}` };
  print(bold('  The server is running. Connect your own client to it:'));
  print(`
    URL      ${server.url}
    header   Authorization: Bearer ${token}

    Claude Code   claude mcp add --transport http spotify-demo ${server.url} --header "Authorization: Bearer ${token}"
    Cursor        ~/.cursor/mcp.json
                  ${JSON.stringify({ mcpServers: { 'spotify-demo': { url: server.url, headers: header } } })}
    VS Code       .vscode/mcp.json
                  ${JSON.stringify({ servers: { 'spotify-demo': { type: 'http', url: server.url, headers: header } } })}
    Codex         ~/.codex/config.toml
                  [mcp_servers.spotify-demo]
                  url = "${server.url}"
                  http_headers = { "Authorization" = "Bearer ${token}" }
    Or over stdio ${programs.server} stdio --config ${workspace.config}
                  (with HOME=${workspace.env.HOME})

  It plays on the simulated Spotify at ${workspace.simUrl}. Ctrl-C ends it and removes its files.`);
}

async function main() {
  print(bold('MCP Server for Spotify: the demo. No account and no network; Spotify is simulated on this machine.'));
  print();
  await workspace.startSim();
  print(`  simulator  ${workspace.simUrl}`);
  // Four clients in a row ask for more in half a minute than one assistant would: without this the pacer holds the last.
  workspace.writeConfig((config) => { config.api.rate_limit = 500; });
  await workspace.login();
  print('  login      done: authorization code with PKCE, answered on the loopback listener');
  const server = await workspace.startServer();
  print(`  server     ${server.url} (${path.basename(programs.server)}, process ${server.pid})`);

  const began = performance.now();
  for (const [index, each] of chapters.entries()) await chapter(each, index + 1, server);
  print();
  print(`  Everything worked, ${chapters.length} times, in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  print();
  if (once) return end(0);
  printHowToConnect(server);
  const exit = await server.exited;
  if (!ending) {
    print(`error: the server ended by itself with ${JSON.stringify(exit)}\n${server.stderr}`);
    await end(1);
  }
}

main().catch(async (error) => {
  if (ending) return;
  print();
  print(`error: the demo failed${error.where ? ` with ${error.where}` : ''}`);
  print(error instanceof StepFailed ? `  ${error.message}` : error.stack);
  if (error.stderr) print(`--- what the server said\n${error.stderr}`);
  await end(1);
});
