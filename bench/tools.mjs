// The product as it is used: a reading tool through the whole chain (bearer, audit, policy, sanitiser), from the cache
// beside nginx that gives a static body of the same size for the same request, and past the cache, where what is left
// after the simulator's own time is ours. Then what grows with an account: duplicates in 10,000 items, the names of
// 11,000 playlists, a cache of 1,000,000 answers.
import fs from 'node:fs';
import path from 'node:path';
import { browse, consent } from '../tests/e2e/harness.mjs';
import { app, login as enter } from '../tests/web_api/login.mjs';
import { startNginx } from './mcp.mjs';
import { build, cpuMicros, median, medians, modernMeta, printTable, ratio, waitFor } from './programs.mjs';

// Without a cache every call is a request, and a process makes no more than that many in half a minute.
const requestsMax = 1000;
const callsMax = requestsMax - 150;

function configure(programs, sim, name, change = () => {}) {
  const file = path.join(programs.directory, `${name}.json`);
  const config = {
    environment: 'development',
    spotify: { client_id: app.id, redirect_uri: 'http://127.0.0.1/callback' },
    server: { host: '127.0.0.1', port: 0, log_level: 'warning', requests_per_user: 0 },
    api: { base_url: `${sim.url}/v1`, accounts_url: sim.url, rate_limit: requestsMax },
    storage: { directory: path.join(programs.directory, 'tools-state') },
  };
  change(config);
  fs.writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function login(programs, config) {
  const child = programs.spawn(path.join(build, 'spotify-mcp-server'), ['login', '--config', config, '--no-browser']);
  const url = await waitFor(child, () => child.said.match(/Open this URL: (https?:\/\/\S+)/)?.[1], 'its address');
  const page = await browse(await consent(url));
  if (page.status !== 200) throw new Error(`the login failed: ${page.status}\n${child.said}`);
  await waitFor(child, () => child.said.includes('Logged in'), 'the end of the login');
}

async function serve(programs, config) {
  const child = await programs.server(path.join(build, 'spotify-mcp-server'), ['serve', '--config', config, '--port', '0']);
  child.token = fs.readFileSync(path.join(programs.directory, 'tools-state', 'http-token'), 'utf8').trim();
  return child;
}

const call = (server, name, args) => async (url = server.url) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${server.token}`,
      'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: modernMeta } }),
  });
  const body = await answer.text();
  if (answer.status !== 200 || !body.includes('"structuredContent":')) throw new Error(`${url} ${name}: ${answer.status} ${body}`);
  return body;
};

// `calls`: how many the script stops after, or 0.
async function wrk(programs, url, pid, script, { connections, seconds }, args, calls = 0) {
  const before = cpuMicros(pid);
  const text = await programs.run('wrk', [
    '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', '-s', path.join(import.meta.dirname, script),
    url, '--', ...args]);
  const result = JSON.parse(text.match(/RESULT (.*)/)[1]);
  if (result.errors > 0 || (calls > 0 && result.requests < calls)) {
    throw new Error(`${url} failed under load: ${JSON.stringify(result)}`);
  }
  return {
    perSecond: result.requests / (result.micros / 1e6), cpu: (cpuMicros(pid) - before) / result.requests,
    p50: result.p50_us, p99: result.p99_us,
  };
}

// How often the simulator was asked for an operation: what a load has not asked for was not measured.
const asked = async (sim, operation) => (await (await fetch(`${sim.url}/sim/requests`)).json())[operation] ?? 0;

const middle = (results, figure) => median(results.map((result) => result[figure]));

async function cached(programs, sim, { quick }) {
  const rounds = quick ? 2 : 5;
  const seconds = quick ? 1 : 3;
  const server = await serve(programs, configure(programs, sim, 'cached'));
  const found = JSON.parse(await call(server, 'search_tracks', { query: 'night', limit: 1 })());
  const args = { track_id: found.result.structuredContent.items[0].uri };
  const ask = call(server, 'get_track_details', args);
  const body = await ask();
  const nginx = await startNginx(programs, body, ask);
  if ((await ask(nginx.url)) !== body) throw new Error('nginx gives another body');
  const rows = [['connections', 'server', 'requests/s', 'it / nginx', 'CPU us/request', 'it / nginx', 'p50 us', 'p99 us', 'p99 / p50']];
  for (const connections of [1, 64]) {
    const servers = { ours: server, nginx };
    const results = { ours: [], nginx: [] };
    const round = (name, length) => wrk(programs, servers[name].url, servers[name].pid, 'tool.lua', { connections, seconds: length },
      [server.token, 'get_track_details', JSON.stringify(args)]);
    for (const name of Object.keys(servers)) await round(name, 1);
    for (let n = 0; n < rounds; n += 1) for (const name of Object.keys(servers)) results[name].push(await round(name, seconds));
    for (const name of Object.keys(servers)) {
      const of = (figure) => middle(results[name], figure);
      rows.push([
        connections, name, of('perSecond').toFixed(0), ratio(of('perSecond'), middle(results.nginx, 'perSecond')), of('cpu').toFixed(1),
        ratio(of('cpu'), middle(results.nginx, 'cpu')), of('p50').toFixed(0), of('p99').toFixed(0), ratio(of('p99'), of('p50'))]);
    }
  }
  console.log(`  get_track_details from the cache, answer of ${body.length} bytes, medians of ${rounds} interleaved rounds of ${seconds} s`);
  printTable(rows);
  await ask();
  await programs.stop(nginx);
  await programs.stop(server);
}

// Ids of tracks that the simulator has, each once, in a file.
async function trackIds(programs, sim) {
  const ids = new Set();
  for (const q of ['night', 'a', 'the', 'o', 'i', 'e', 's', 'm', 'b', 'c']) {
    for (let offset = 0; offset < 1000 && ids.size < callsMax; offset += 10) {
      const answer = await fetch(`${sim.url}/v1/search?type=track&limit=10&offset=${offset}&q=${q}`, {
        headers: { Authorization: `Bearer ${sim.token}` },
      });
      const { items } = (await answer.json()).tracks;
      if (items.length === 0) break;
      for (const { id } of items) ids.add(id);
    }
  }
  const file = path.join(programs.directory, 'tracks');
  fs.writeFileSync(file, [...ids].slice(0, callsMax).join('\n'));
  return { file, count: Math.min(ids.size, callsMax) };
}

// Each round has a process of its own, since one that made its requests waits for the next half minute.
async function uncached(programs, sim, { quick }) {
  const rounds = quick ? 2 : 5;
  const tracks = await trackIds(programs, sim);
  const config = configure(programs, sim, 'uncached', (each) => { each.cache = { enabled: false }; });
  const rows = [['connections', 'what', 'p50 us', 'p99 us', 'CPU us/call']];
  for (const connections of [1, 64]) {
    const through = [];
    const alone = [];
    for (let n = 0; n < rounds; n += 1) {
      const server = await serve(programs, config);
      await call(server, 'get_me', {})();
      // Enough for all calls; what is left of the time passes in silence.
      const load = { connections, seconds: 3 };
      const before = await asked(sim, 'GET /tracks/{id}');
      through.push(await wrk(programs, server.url, server.pid, 'tracks.lua', load, [server.token, 'tool', tracks.file], tracks.count));
      const sent = (await asked(sim, 'GET /tracks/{id}')) - before;
      if (sent < tracks.count) throw new Error(`${tracks.count} calls made ${sent} requests`);
      await programs.stop(server);
      alone.push(await wrk(programs, sim.url, sim.pid, 'tracks.lua', load, [sim.token, 'get', tracks.file], tracks.count));
    }
    const figures = (results) => ['p50', 'p99', 'cpu'].map((figure) => middle(results, figure));
    const [ours, theirs] = [figures(through), figures(alone)];
    rows.push([connections, 'get_track_details', ...ours.map((each) => each.toFixed(0))]);
    rows.push([connections, 'GET /tracks/{id} of the simulator alone', ...theirs.map((each) => each.toFixed(0))]);
    // With one call at a time the rest of its time is ours; with many they wait for each other, and the processor tells.
    rows.push([connections, 'our own time', connections === 1 ? (ours[0] - theirs[0]).toFixed(0) : '', '', ours[2].toFixed(0)]);
  }
  console.log(`  get_track_details past the cache, ${tracks.count} tracks by a process, medians of ${rounds} rounds`);
  printTable(rows);
}

async function grown(programs, options) {
  const found = await medians(programs, 'bench/tools_bench', options);
  const ms = (name) => found[name].real_time / { ns: 1e6, us: 1e3, ms: 1 }[found[name].time_unit];
  const growth = (what, small, large) => [
    what, ms(small).toFixed(4), ms(large).toFixed(4), ratio(ms(large), ms(small))];
  printTable([
    ['ms', 'small', 'large', 'large / small'],
    growth('duplicates by URI, 1,000 and 10,000 items', 'duplicates_by_uri/1000', 'duplicates_by_uri/10000'),
    growth('duplicates by recording, 1,000 and 10,000 items', 'duplicates_by_recording/1000', 'duplicates_by_recording/10000'),
    growth('plan and surplus, 1,000 and 10,000 items', 'surplus/1000', 'surplus/10000'),
    growth('completion of a name, 1,100 and 11,000 playlists', 'completion/1100', 'completion/11000'),
    growth('a hit in the cache file, 10,000 and 1,000,000 answers', 'cache_hit/10000/real_time', 'cache_hit/1000000/real_time'),
    growth('a miss in the cache file, 10,000 and 1,000,000 answers', 'cache_miss/10000/real_time', 'cache_miss/1000000/real_time'),
  ]);
}

export async function tools(programs, options) {
  const sim = await programs.server(path.join(build, 'spotify-sim'), ['--port', '0']);
  sim.url = sim.url.replace(/\/$/, '');
  sim.token = (await enter(sim.url)).access_token;
  await login(programs, configure(programs, sim, 'login'));
  await cached(programs, sim, options);
  await uncached(programs, sim, options);
  await programs.stop(sim);
  await grown(programs, options);
}
