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
  // Each refresh gives a new refresh token; the old one stays good for a short grace, as it must for a killed client.
  rotatingRefreshArgs: ['--refresh-mode', 'grace'],
  // Access tokens live for an hour.
  expireTokens: (workspace) => control(workspace, '/sim/clock', { advance_seconds: 3601 }),
};
