// Which calls a board shows, and where: pure.

/** So long a call is marked as new, milliseconds. */
export const NEW_FOR = 10_000;
/** Rows in hall size; what came before them is listed smaller. */
export const LARGE = 3;

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

/** Whether a call is still new at the server's time `now`. */
export function isNew(call, now) {
  return now - Date.parse(call.at) < NEW_FOR;
}

/** Milliseconds until the next mark has to go, null when there is none. */
export function nextChange(calls, now) {
  const left = calls.filter((call) => isNew(call, now)).map((call) => Date.parse(call.at) + NEW_FOR - now);
  return left.length ? Math.min(...left) : null;
}

/** How far a row of number and counter must shrink: '', 'fit-7', 'fit-8'. */
export function fit(call) {
  const figures = call.number.length + String(call.counter_number).length;
  if (figures <= 6) return '';
  return figures === 7 ? 'fit-7' : 'fit-8';
}
