// The simulator's control surface, in one place.
import { withDeadline } from './harness.mjs';

async function control(workspace, path, body) {
  const answer = await withDeadline(
    fetch(`${workspace.simUrl}${path}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    }), `the simulator's ${path}`);
  if (!answer.ok) throw new Error(`the simulator's ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

export const sim = {
  // Each refresh gives a new refresh token; the old one stays good until the new one is used, as it must for a killed
  // client.
  rotatingRefreshArgs: ['--refresh-mode', 'grace'],
  // Access tokens live for an hour.
  expireTokens: (workspace) => control(workspace, '/sim/clock', { advance_s: 3601 }),
  pass: (workspace, seconds) => control(workspace, '/sim/clock', { advance_s: seconds }),
  revoke: (workspace) => control(workspace, '/sim/revoke', {}),
  faults: (workspace, rules) => control(workspace, '/sim/faults', { rules }),
  // How often each operation was asked for so far: {"GET /me/player": 3, ...}
  async requests(workspace) {
    const answer = await withDeadline(fetch(`${workspace.simUrl}/sim/requests`), 'the request counts');
    return answer.json();
  },
};
