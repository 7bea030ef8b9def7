// A login at the simulator's accounts service with every scope, as Spotify's SDK does it in a browser; in Node it takes the
// token from elsewhere.
import { createHash, randomBytes } from 'node:crypto';
import { consent } from '../e2e/harness.mjs';

const scopes = ['playlist-modify-private', 'playlist-modify-public', 'playlist-read-collaborative', 'playlist-read-private',
  'ugc-image-upload', 'user-follow-modify', 'user-follow-read', 'user-library-modify', 'user-library-read',
  'user-modify-playback-state', 'user-read-currently-playing', 'user-read-email', 'user-read-playback-position',
  'user-read-playback-state', 'user-read-private', 'user-read-recently-played', 'user-top-read'];
export const app = { id: '51b0c0de51b0c0de51b0c0de51b0c0de', secret: 'fa4e5ec4e7fa4e5ec4e7fa4e5ec4e7fa' };

// The answer of the token endpoint; `accounts` is the address of the simulator.
export async function login(accounts) {
  const verifier = randomBytes(48).toString('base64url');
  const redirect = 'http://127.0.0.1/callback';
  const back = new URL(await consent(`${accounts}/authorize?${new URLSearchParams({
    client_id: app.id, response_type: 'code', redirect_uri: redirect, scope: scopes.join(' '), state: 's',
    code_challenge_method: 'S256', code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  })}`));
  const answer = await fetch(`${accounts}/api/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: redirect, client_id: app.id,
      code_verifier: verifier,
    }),
  });
  return answer.json();
}

