// What a section may say is given (`<!-- given: A, B -->`), beside the files that its page shows.
import fs from 'node:fs';
import path from 'node:path';
import { rawHttp } from '../e2e/harness.mjs';
import { lineInFile } from './session.mjs';

// An advisory that touches nothing, so that there is one.
const advisory = {
  schema_version: '1.7.0', id: 'EXAMPLE-2026-1', modified: '2026-11-01T00:00:00Z',
  affected: [{
    package: { ecosystem: 'Debian:12', name: 'a-package-that-nobody-has' },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
  }],
};

async function wrongBearer(session) {
  const port = session.ports.get('8000');
  await rawHttp(`http://127.0.0.1:${port}/mcp`, {
    headers: { Authorization: 'Bearer wrong', 'Content-Type': 'application/json', Accept: 'application/json' },
    body: '{}',
  });
}

export const fixtures = {
  // Settings that are written afterwards have its address as Spotify's.
  simulator: (session) => session.workspace.startSim(),
  // The production settings of the security guide, under the name that a page gives them, or where no page names them.
  'config.json': (session) => session.write('config.json', session.files.get('production.json')),
  settings: (session) => session.write('../.config/spotify-mcp-server/config.json', session.files.get('production.json')),
  // The master key, as a first start makes it.
  key: async (session) => {
    const { code, output } = await session.run('spotify-mcp-server keys init --config config.json');
    if (code !== 0) throw new Error(output);
  },
  // Of the last settings that were given.
  login: (session) => session.workspace.login(),
  server: async (session) => {
    const name = path.relative(session.place, session.workspace.config);
    session.server = await session.startServer(`spotify-mcp-server serve --config ${name} 2>> server.log`);
  },
  // Somebody tries bearers, as often as raises an alert.
  intruder: async (session) => {
    for (let n = 0; n < 11; n += 1) await wrongBearer(session);
    await lineInFile(path.join(session.place, 'server.log'), /"alert":"authentication_failures"/);
  },
  // What an emergency stop leaves behind.
  sealed: async (session) => {
    const name = path.relative(session.place, session.workspace.config);
    const { code, output } = await session.run(`spotify-mcp-server admin seal --config ${name}`);
    if (code !== 0) throw new Error(output);
  },
  advisories: (session) => {
    fs.mkdirSync(path.join(session.place, 'advisories'));
    fs.writeFileSync(path.join(session.place, 'advisories/EXAMPLE-2026-1.json'), JSON.stringify(advisory));
  },
  backup: async (session) => {
    const name = path.relative(session.place, session.workspace.config);
    const { code, output } = await session.run(
      `mkdir -p -m 700 backups && spotify-mcp-server backup create backups/monday.smbk --config ${name}`);
    if (code !== 0) throw new Error(output);
  },
};
