// A headless Chromium of Debian, driven over its debugging protocol: what a page asks for, how it looks, what it says.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withDeadline } from '../e2e/harness.mjs';

export const isInstalled = () => spawnSync('chromium', ['--version']).status === 0;

export class Browser {
  #next = 0;
  #waiting = new Map();
  events = [];

  static async start() {
    const browser = new Browser();
    browser.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'spotify-mcp-browser-'));
    const flags = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${browser.directory}`, '--no-first-run',
      '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND', '--hide-scrollbars'];
    // Chromium's own sandbox does not work for root.
    if (process.getuid() === 0) flags.push('--no-sandbox');
    browser.child = spawn('chromium', [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: browser.directory } });
    let said = '';
    const address = new Promise((resolve, reject) => {
      browser.child.stderr.on('data', (bytes) => {
        said += bytes;
        const found = said.match(/DevTools listening on (ws:\S+)/);
        if (found) resolve(found[1]);
      });
      browser.child.on('exit', () => reject(new Error(`chromium ended: ${said}`)));
    });
    const url = await withDeadline(address, 'chromium', () => said);
    browser.socket = new WebSocket(url);
    browser.socket.addEventListener('message', ({ data }) => browser.#hear(JSON.parse(data)));
    await withDeadline(once(browser.socket, 'open'), 'the debugging protocol of chromium');
    const { targetId } = await browser.ask('Target.createTarget', { url: 'about:blank' });
    ({ sessionId: browser.session } = await browser.ask('Target.attachToTarget', { targetId, flatten: true }));
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await browser.ask(`${domain}.enable`);
    return browser;
  }

  #hear(message) {
    if (message.id === undefined) {
      this.events.push(message);
      for (const look of this.looking ?? []) look();
      return;
    }
    const { resolve, reject } = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }

  ask(method, params = {}) {
    const id = ++this.#next;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.socket.send(JSON.stringify({ id, method, params, sessionId: this.session }));
    return withDeadline(answer, method);
  }

  async open(url, { width = 1280, height = 900, scheme = 'light', media = 'screen' } = {}) {
    await this.ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.ask('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
    this.events = [];
    const loaded = new Promise((resolve) => {
      this.looking = [() => this.events.some(({ method }) => method === 'Page.loadEventFired') && resolve()];
    });
    await this.ask('Page.navigate', { url });
    await withDeadline(loaded, `the page ${url}`);
  }

  async evaluate(work) {
    const { result, exceptionDetails } = await this.ask('Runtime.evaluate', { expression: `(${work})()`, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
    return result.value;
  }

  // The whole page as PNG.
  async picture(file) {
    const { data } = await this.ask('Page.captureScreenshot', { captureBeyondViewport: true });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close() {
    const ended = once(this.child, 'exit');
    this.session = undefined;
    await this.ask('Browser.close');
    await withDeadline(ended, 'the end of chromium');
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
