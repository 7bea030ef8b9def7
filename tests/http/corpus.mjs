// The cases of cases.txt, which says what its lines mean, and one exchange of raw bytes.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';
const named = { r: '\r', n: '\n', t: '\t', 0: '\0', '\\': '\\' };

// Text whose characters are bytes.
function unescape(text) {
  return text.replace(/\\(?:\((smuggled)\)|\((.*?)\*(\d+)\)|x([0-9a-fA-F]{2})|(.))/g,
    (_, macro, piece, times, hex, letter) => {
      if (macro) return smuggled;
      if (times) return unescape(piece).repeat(Number(times));
      if (hex) return String.fromCharCode(parseInt(hex, 16));
      if (named[letter] === undefined) throw new Error(`unknown escape \\${letter}`);
      return named[letter];
    });
}

function readLine(cases, line) {
  if (line.startsWith('== ')) {
    cases.push({ name: line.slice(3), bytes: '', statuses: [], fate: '' });
    return;
  }
  if (line === '' || line.startsWith('#')) return;
  const into = cases.at(-1);
  const text = line.slice(2);
  if (line[0] === '>') into.bytes += `${unescape(text)}\r\n`;
  if (line[0] === '|') into.bytes += unescape(text);
  if (line[0] !== '=') return;
  const words = text.split(' ').filter((word) => word !== 'none');
  into.fate = words.pop();
  into.statuses = words.flatMap((word) => Array(Number(word.split('*')[1] ?? 1)).fill(Number(word.split('*')[0])));
}

export function readCases() {
  const cases = [];
  const lines = fs.readFileSync(path.join(import.meta.dirname, 'cases.txt'), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    try {
      readLine(cases, line);
    } catch (error) {
      throw new Error(`cases.txt:${index + 1}: ${error.message}`);
    }
  }
  return cases;
}

// The final answers in a stream of bytes. An answer without a status line is one of HTTP/0.9 and lasts to the end.
export function readAnswers(text, { firstIsHead = false } = {}) {
  const answers = [];
  for (let rest = text; rest !== '';) {
    if (!rest.startsWith('HTTP/')) {
      answers.push({ status: 0.9, body: rest, whole: true });
      break;
    }
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const head = rest.slice(0, end);
    const status = Number(head.split(' ')[1]);
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const bodiless = status === 204 || status === 304 || (firstIsHead && answers.length === 0);
    const { body, size, whole } = bodiless ? { body: '', size: 0, whole: true } : readBody(head, rest);
    answers.push({ status, head, body, whole });
    rest = rest.slice(size);
  }
  return answers;
}

// Of what follows a head: the body, how many bytes it takes, and whether all of them are there.
export function readBody(head, rest) {
  const length = head.match(/\r\ncontent-length: *(\d+)/i);
  if (length) {
    const size = Number(length[1]);
    return { body: rest.slice(0, size), size, whole: rest.length >= size };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { body: rest, size: rest.length, whole: true };
  let body = '';
  for (let at = 0; ;) {
    const line = rest.indexOf('\r\n', at);
    const size = line < 0 ? NaN : parseInt(rest.slice(at, line), 16);
    if (size === 0) {
      // The line end of the last size and the blank line are one, or have trailers between them.
      const end = rest.indexOf('\r\n\r\n', line);
      return end < 0 ? { body, size: rest.length, whole: false } : { body, size: end + 4, whole: true };
    }
    if (Number.isNaN(size) || rest.length < line + 2 + size + 2) return { body, size: rest.length, whole: false };
    body += rest.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

// A connection that sends exactly these bytes and keeps what comes back.
export class RawConnection {
  received = '';
  closed = false;
  #watchers = new Set();

  constructor(port) {
    this.socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
      this.#look();
    });
    const end = () => {
      this.closed = true;
      this.#look();
    };
    // A refusal may reset what is still being sent; what matters is what was answered before.
    this.socket.on('error', end);
    this.socket.on('end', end);
    this.socket.on('close', end);
  }

  #look() {
    for (const watcher of this.#watchers) watcher();
  }

  send(text) {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  // True once `enough(this)` holds or the peer has closed; false when the time ran out first.
  until(enough, ms) {
    return new Promise((resolve) => {
      const finish = (result) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(result);
      };
      const watcher = () => {
        if (this.closed || enough(this)) finish(true);
      };
      const timer = setTimeout(() => finish(false), ms);
      this.#watchers.add(watcher);
      watcher();
    });
  }

  destroy() {
    this.socket.destroy();
  }
}
