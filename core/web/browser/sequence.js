// What of the live line may be shown: pure, no socket, no page.

/** @typedef {{epoch: string|number, seq: number}} Mark */

/** A call older than this is not shown as new nor spoken, milliseconds. */
export const CALL_LIFE = 15_000;
/** A lost connection is not complained of before this, milliseconds. */
export const GRACE = 3_000;
/** So long without a packet the line counts as dead, milliseconds. */
export const SILENCE = 17_000;
/** The server pings every 10 s: after so long the line is looked after, milliseconds. */
export const QUIET = 12_000;

/**
 * Keeps only what is newer by (epoch, seq). Another epoch wins, unless it was left before.
 * The same mark again is the same events at a later moment (clock and forecast went on): taken, unless its
 * moment is known not to be later.
 */
export class Sequence {
  /** @param {Mark|null} start @param {string} [now] the moment of the snapshot */
  constructor(start = null, now = '') {
    this.held = start && start.epoch !== undefined && start.epoch !== null ? start : null;
    this.moment = Date.parse(now);
    this.left = new Set();
  }

  /** Take the mark when it is newer than what is held. @param {Mark} mark @param {string} [now] @returns {boolean} */
  accept({ epoch, seq }, now = '') {
    const moment = Date.parse(now);
    if (this.held !== null && epoch === this.held.epoch) {
      if (seq < this.held.seq) return false;
      if (seq === this.held.seq && moment <= this.moment) return false; // not so when a moment is not known (NaN)
    } else if (this.left.has(epoch)) {
      return false;
    } else if (this.held !== null) {
      this.left.add(this.held.epoch);
    }
    this.held = { epoch, seq };
    this.moment = moment;
    return true;
  }
}

/** The server's time, learnt from its views; counts on by a clock that nobody sets. */
export class ServerClock {
  /** @param {() => number} local milliseconds that only grow */
  constructor(local = () => performance.now()) {
    this.local = local;
    this.offset = Date.now() - local();
    this.minutes = -new Date().getTimezoneOffset();
  }

  /** @param {string} iso an instant of the server, with the hall's offset */
  learn(iso) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) return;
    this.offset = at - this.local();
    const zone = /([+-])(\d\d):?(\d\d)$/.exec(iso);
    if (zone) this.minutes = (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
    else if (iso.endsWith('Z')) this.minutes = 0;
  }

  /** Milliseconds since 1970, as the server counts them. */
  now() {
    return this.local() + this.offset;
  }
}

/** Lets each call through once, and none that is too old. */
export class Calls {
  constructor(life = CALL_LIFE) {
    this.life = life;
    this.heard = [];
  }

  /**
   * @param {{number: string, counter: string, repeat: number, at: string}} call
   * @param {number} now the server's time
   */
  accept(call, now) {
    if (now - Date.parse(call.at) > this.life) return false;
    const key = `${call.number}|${call.counter}|${call.repeat}|${call.at}`;
    if (this.heard.includes(key)) return false;
    this.heard.push(key);
    if (this.heard.length > 200) this.heard.shift();
    return true;
  }
}

/** Whether the line to the server lives, from what was heard of it. Times are local milliseconds. */
export class Line {
  constructor(now) {
    this.heardAt = now;
    this.lostAt = null;
  }

  /** A packet came. */
  heard(now) {
    this.heardAt = now;
    this.lostAt = null;
  }

  /** The connection broke, or could not be made. */
  lost(now) {
    if (this.lostAt === null) this.lostAt = now;
  }

  /** Nothing came for too long although nobody said that the connection broke. */
  silent(now) {
    return this.lostAt === null && now - this.heardAt > SILENCE;
  }

  /** A ping is missing. */
  quiet(now) {
    return now - this.heardAt > QUIET;
  }

  up(now) {
    return !this.silent(now) && (this.lostAt === null || now - this.lostAt < GRACE);
  }
}
