// Which calls a board knows, how new they are, and how wide they are: pure.

/** So long a call is marked as new, milliseconds. */
export const NEW_FOR = 10_000;
/** A call further in the future than this is of another clock (a restored backup), milliseconds. */
const AHEAD = 60_000;

// Widths in em of the number's own letters; core/domain/sight.py has the same ones for `antrean check`.
const FIGURE = 0.642;
const LETTERS = { W: 0.9, M: 0.87, Q: 0.77, O: 0.76 };
const LETTER = 0.73;
export const ARROW = 0.48;
/** A counter's number is never smaller than this beside a long number. */
const SMALLEST_COUNTER = 0.33;

export function keyOf(call) {
  return `${call.number}|${call.counter}|${call.at}`;
}

/** All calls of the lists, newest first, each number once. */
export function merge(...lists) {
  const newest = new Map();
  lists.forEach((list) => list.forEach((call) => {
    const held = newest.get(call.number);
    if (!held || Date.parse(call.at) > Date.parse(held.at)) newest.set(call.number, call);
  }));
  return Array.from(newest.values()).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Milliseconds since the call at the server's time `now`; without end where the two clocks have nothing in common. */
export function ageOf(call, now) {
  const age = now - Date.parse(call.at);
  return age > -AHEAD ? age : Infinity;
}

/** Whether a call is still new at the server's time `now`. */
export function isNew(call, now, life = NEW_FOR) {
  return ageOf(call, now) < life;
}

/** Milliseconds until the next mark has to go, null when there is none. */
export function nextChange(calls, now, life = NEW_FOR) {
  const left = calls.filter((call) => isNew(call, now, life)).map((call) => life - ageOf(call, now));
  return left.length ? Math.min(...left) : null;
}

/** Width of a text of capitals and figures, em. */
export function widthOf(text) {
  return Array.from(text).reduce((sum, sign) => sum + (/\d/.test(sign) ? FIGURE : LETTERS[sign] || LETTER), 0);
}

/**
 * How far a number and its counter must shrink to stand in `room` em: the counter gives way first.
 * @returns {{number: number, counter: number}} factors up to 1
 */
export function fit(call, room, twoLines = false) {
  const number = widthOf(call.number);
  const counter = widthOf(String(call.counter_number));
  if (twoLines) return { number: Math.min(1, room / number), counter: Math.min(1, (room - ARROW) / counter) };
  const left = room - ARROW - number;
  if (left >= counter * SMALLEST_COUNTER) return { number: 1, counter: Math.min(1, left / counter) };
  return { number: (room - ARROW - counter * SMALLEST_COUNTER) / number, counter: SMALLEST_COUNTER };
}

/**
 * Whether a call that the board holds was taken back: the newest view would name it otherwise.
 * @param {{current: any[], recent: any[], look: {recent: number}}} view
 */
export function takenBack(call, view) {
  if (view.current.concat(view.recent).some((one) => one.number === call.number)) return false;
  if (view.recent.length < view.look.recent) return true;
  return view.recent.every((one) => Date.parse(one.at) < Date.parse(call.at));
}
