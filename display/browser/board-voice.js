// The loudspeaker of a board: says what the server offers, one at a time, each once.

import { LOCKED } from '../../core/web/browser/sound.js';

/** So many announcements are remembered, so that none is said again after a restart of the server. */
export const REMEMBERED = 200;
/** So many of the server's notes are kept: what is older than these is not announced any more. */
export const NOTES = 30;

function read(storage, key, otherwise) {
  try {
    return JSON.parse(storage.getItem(key)) || otherwise;
  } catch (_) {
    return otherwise; // a private window, or nothing of ours
  }
}

function write(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch (_) {
    // it lasts as long as the page
  }
}

/** A secret by which the server knows this browser again when its line comes back. */
export function pageSecret(key, storage, random = (bytes) => crypto.getRandomValues(bytes)) {
  const kept = read(storage, key, '');
  if (typeof kept === 'string' && /^[0-9a-f]{32}$/.test(kept)) return kept;
  const made = Array.from(random(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  write(storage, key, made);
  return made;
}

/** What this browser has said, kept over a reload of the page. */
export function memory(key, storage) {
  let ids = read(storage, key, []);
  let notes = read(storage, `${key}.notes`, []);
  return {
    ids: () => ids,
    /** The server's word that this board has leave to say `id`: it is believed by it after a restart. */
    note(id, text) {
      notes = [...notes.filter(([each]) => each !== id), [id, text]].slice(-NOTES);
      write(storage, `${key}.notes`, notes);
    },
    notes: () => notes.reduce((all, [id, text]) => ({ ...all, [id]: text }), {}),
    has: (id) => ids.includes(id),
    add(id) {
      ids = [...ids.filter((each) => each !== id), id].slice(-REMEMBERED);
      write(storage, key, ids);
    },
  };
}

/**
 * @typedef {object} Announcement
 * @property {string} id
 * @property {string[]} audio  addresses of the files that say it, one after the other
 * @property {boolean} chime
 * @property {number} times    how often it is said
 *
 * @param {object} given
 * @param {string} [given.page]  the browser's secret
 * @param {(name: string, content: object) => Promise<{go?: boolean, note?: string}|null>} given.tell  to the server
 * @param {(urls: string[]) => Promise<import('./board-files.js').Loaded>} given.load
 * @param {(said: Announcement, files: string[]) => Promise<string>} given.say  sounds it; '', LOCKED or what was wrong
 * @param {ReturnType<typeof memory>} given.said
 * @param {(now: Announcement|null) => void} [given.onSaying]  what is said just now
 * @param {(end: Announcement & {state: string, detail: string}) => void} [given.onEnd]
 */
export function speaker({ page = '', tell, load, say, said, onSaying = () => {}, onEnd = () => {} }) {
  let saying = null;
  let next = null;

  async function begin(announcement) {
    const { id } = announcement;
    saying = announcement;
    const loaded = await load(announcement.audio);
    if (loaded.late) {
      saying = null;
      loaded.free();
      await tell('announced', { id, state: 'late', detail: loaded.trouble });
      return;
    }
    // Without the server's leave nothing sounds: another board may have it by now.
    const answer = await tell('announced', { id, state: 'started' });
    if (!answer || !answer.go) {
      saying = null;
      loaded.free();
      return;
    }
    if (answer.note) said.note(id, answer.note);
    onSaying(announcement);
    // Where a file is broken the chime alone says that somebody is called.
    const sounded = await say(announcement, loaded.files);
    const detail = sounded || loaded.trouble;
    loaded.free();
    saying = null;
    if (sounded === LOCKED) {
      // The browser took the sound away in this very moment, and nobody heard a word: another board's turn.
      onSaying(null);
      await tell('announced', { id, state: 'late', detail });
      return;
    }
    said.add(id);
    const state = detail ? 'failed' : 'done';
    onEnd({ ...announcement, state, detail });
    onSaying(null);
    await tell('announced', { id, state, detail });
  }

  async function run(announcement) {
    await begin(announcement);
    const waiting = next;
    next = null;
    if (waiting && !saying) await run(waiting);
  }

  return {
    /** What a subscription tells the server. */
    wish: () => ({ page, said: said.ids(), saying: saying ? saying.id : '', notes: said.notes() }),
    busy: () => saying !== null,
    /** The server offers an announcement. */
    take({ announcement }) {
      if (said.has(announcement.id)) return tell('announced', { id: announcement.id, state: 'done' });
      if (saying && saying.id === announcement.id) return tell('announced', { id: announcement.id, state: 'started' });
      if (saying) {
        next = announcement; // its turn comes; the server may have taken it back by then
        return Promise.resolve();
      }
      return run(announcement);
    },
  };
}
