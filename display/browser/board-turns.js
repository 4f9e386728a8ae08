// Who is seen, how large and for how long when many are called at once: pure, driven by the caller's clock.
//
// Few calls stand in letters for the viewers' distance. When more were called than there is room for, all of
// them are shown at once in smaller letters instead of one after the other: whoever waits looks for one
// number and must not be made to wait for its turn. Only beyond the smallest letters do they take turns.
// Whatever happens, the newest call stands at once, and none leaves before it was seen for four seconds.
import { ageOf, keyOf, NEW_FOR } from './board-calls.js';

/** A number is seen for at least so long, milliseconds. */
export const SEEN_FOR = 4_000;
/** A call that is older when the board learns of it is not owed a place any more, milliseconds. */
export const OWED_WITHIN = 60_000;
/** So many calls may wait to be seen: more than the worst rush of a hall. */
const OWED_AT_MOST = 400;

/**
 * @typedef {object} Entry
 * @property {any} call
 * @property {boolean} seen        it was visible for long enough
 * @property {number|null} since   visible without a break since then
 */

export class Turns {
  constructor() {
    /** @type {Map<string, Entry>} by number */
    this.entries = new Map();
    this.level = 0;
    this.until = 0;
    this.begun = false;
  }

  /**
   * Take in the calls of the newest view, newest first.
   * @param {any[]} calls @param {number} now the server's time @param {(call: any) => boolean} [gone] taken back?
   */
  learn(calls, now, gone = () => false) {
    const listed = new Set();
    // A board that is switched on owes nobody a place but those who are called just now.
    const within = this.begun ? OWED_WITHIN : NEW_FOR;
    this.begun = true;
    for (const call of calls) {
      listed.add(call.number);
      const held = this.entries.get(call.number);
      if (held && keyOf(held.call) === keyOf(call)) held.call = call;
      else if (!held || Date.parse(call.at) > Date.parse(held.call.at)) {
        this.entries.set(call.number, { call, seen: ageOf(call, now) > within, since: null });
      }
    }
    for (const [number, entry] of this.entries) {
      if (!listed.has(number) && (entry.seen || gone(entry.call))) this.entries.delete(number);
    }
    const owed = this.sorted().filter((entry) => !entry.seen);
    owed.slice(OWED_AT_MOST).forEach((entry) => {
      entry.seen = true;
    });
  }

  /**
   * What to show now.
   * @param {number[]} rooms  how many calls fit at each level: full letters, smaller, smallest
   * @param {number} at       milliseconds of a clock that nobody sets
   * @param {string} [pinned] key of the call that is being said
   * @returns {{level: number, shown: any[], wait: number|null}} calls, newest first; `wait`: until it may change
   */
  plan(rooms, at, pinned = '') {
    this.look(at);
    const all = this.sorted();
    const owed = all.filter((entry) => !entry.seen);
    this.choose(rooms, owed, at);
    const kept = this.pick(all, owed, rooms[this.level], pinned);
    for (const entry of all) {
      if (!kept.has(entry)) entry.since = null;
      else if (entry.since === null) entry.since = at;
    }
    const shown = all.filter((entry) => kept.has(entry));
    return { level: this.level, shown: shown.map((entry) => entry.call), wait: this.wait(shown, at) };
  }

  /** Those that were visible for long enough have been seen. */
  look(at) {
    for (const entry of this.entries.values()) {
      if (entry.since !== null && at - entry.since >= SEEN_FOR) entry.seen = true;
    }
  }

  /** Letters shrink at once, and grow again when the calls that made them shrink are no longer new. */
  choose(rooms, owed, at) {
    const fits = rooms.findIndex((room) => owed.length <= room);
    const needed = fits < 0 ? rooms.length - 1 : fits;
    if (needed > 0 && needed >= this.level) {
      this.level = needed;
      this.until = at + NEW_FOR - SEEN_FOR;
    } else if (at >= this.until) {
      this.level = needed;
      this.until = needed > 0 ? at + NEW_FOR - SEEN_FOR : 0;
    }
    this.level = Math.min(this.level, rooms.length - 1);
  }

  pick(all, owed, room, pinned) {
    const kept = new Set();
    const add = (entry) => entry && kept.size < room && kept.add(entry);
    add(all[0]);
    add(all.find((entry) => keyOf(entry.call) === pinned));
    owed.filter((entry) => entry.since !== null).forEach(add);
    owed.slice().reverse().forEach(add); // who waits longest to be seen
    all.forEach(add);
    return kept;
  }

  wait(shown, at) {
    const times = shown.filter((entry) => !entry.seen).map((entry) => entry.since + SEEN_FOR);
    if (this.level > 0 && this.until > at) times.push(this.until);
    return times.length ? Math.max(0, Math.min(...times) - at) : null;
  }

  sorted() {
    return Array.from(this.entries.values()).sort((a, b) => Date.parse(b.call.at) - Date.parse(a.call.at));
  }
}
