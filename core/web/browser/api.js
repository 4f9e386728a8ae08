// Commands to the server: each once, whatever the network does.
import { settings } from './page.js';
import { language, t } from './words.js';

const ANSWER_WITHIN = 8_000;
const PAUSE = 600;

/** A refusal, or no answer at all (`code` is then `network`, `status` 0). */
export class Problem extends Error {
  /** @param {{code: string, title?: string, detail?: string, status: number, errors?: any[]}} body */
  constructor(body) {
    super(body.detail || body.title || body.code);
    this.name = 'Problem';
    this.code = body.code;
    this.title = body.title || '';
    this.detail = body.detail || '';
    this.status = body.status;
    this.body = body;
  }
}

/** One key for one wish of a person; the same key again asks for the same outcome. */
export function commandKey() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // pages over plain http have no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function ask(method, path, { body, key, token, timeout = ANSWER_WITHIN }) {
  const headers = { Accept: 'application/json', 'Accept-Language': language() };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (method === 'POST') {
    headers['Content-Type'] = 'application/json';
    headers['Idempotency-Key'] = key;
    if (settings().csrf) headers['X-CSRFToken'] = settings().csrf;
  }
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: method === 'POST' ? JSON.stringify(body) : undefined,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    });
    return { status: answer.status, text: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}

function read({ status, text }) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch (_) {
    body = null; // a proxy's page
  }
  if (status >= 200 && status < 300) return body;
  throw new Problem({ code: 'unknown', title: t('common.problem'), ...(body || {}), status });
}

/** Ask, and ask once more when no answer came (or a proxy said that the server was away). */
async function askTwice(method, path, options) {
  let answer = null;
  for (let tries = 0; tries < 2; tries += 1) {
    if (tries) await new Promise((done) => setTimeout(done, PAUSE));
    try {
      answer = await ask(method, path, options);
      if (answer.status < 502 || answer.status > 504) return read(answer);
    } catch (error) {
      if (error instanceof Problem) throw error;
      answer = null;
    }
  }
  if (answer) return read(answer);
  throw new Problem({ code: 'network', title: t('common.network'), detail: t('common.network_detail'), status: 0 });
}

/**
 * POST a command; answers with its JSON or throws a `Problem`.
 * @param {string} path @param {object} body
 * @param {{key?: string, token?: string, timeout?: number}} options  `key`: give the same one when the person tries again
 */
export function post(path, body = {}, { key = commandKey(), token = '', timeout } = {}) {
  return askTwice('POST', path, { body, key, token, timeout });
}

/** GET JSON, or a `Problem`. @param {{token?: string, timeout?: number}} options */
export function get(path, { token = '', timeout } = {}) {
  return askTwice('GET', path, { token, timeout });
}
