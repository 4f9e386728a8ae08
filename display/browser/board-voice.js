// The loudspeaker of a board: says what the server offers, one at a time, each once.

import { LOCKED } from '../../core/web/browser/sound.js';

/** So many announcements are remembered, so that none is said again after a restart of the server. */
export const REMEMBERED = 200;

/** What this browser has said, kept over a reload of the page. */
export function memory(key, storage) {
  let ids = [];
  try {
    ids = JSON.parse(storage.getItem(key)) || [];
  } catch (_) {
    // a private window, or nothing of ours
  }
  return {
    ids: () => ids,
    has: (id) => ids.includes(id),
    add(id) {
      ids = [...ids.filter((each) => each !== id), id].slice(-REMEMBERED);
      try {
        storage.setItem(key, JSON.stringify(ids));
      } catch (_) {
        // it lasts as long as the page
      }
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
 * @param {(name: string, content: object) => Promise<{go?: boolean}|null>} given.tell  to the server
 * @param {(urls: string[]) => Promise<import('./board-files.js').Loaded>} given.load
 * @param {(said: Announcement, files: string[]) => Promise<string>} given.say  sounds it; '', LOCKED or what was wrong
 * @param {ReturnType<typeof memory>} given.said
 * @param {(now: Announcement|null) => void} [given.onSaying]  what is said just now
 * @param {(end: Announcement & {state: string, detail: string}) => void} [given.onEnd]
 */
export function speaker({ tell, load, say, said, onSaying = () => {}, onEnd = () => {} }) {
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
    wish: () => ({ said: said.ids(), saying: saying ? saying.id : '' }),
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
