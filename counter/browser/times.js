// Durations as an officer reads them. Pure: seconds in, text or words out.

/** Seconds since the view was made. `now`: the server's time, milliseconds since 1970. */
export function elapsedSince(view, now) {
  return Math.max(0, (now - Date.parse(view.now)) / 1000);
}

/** `0:07`, `12:40`, `1:02:10`. */
export function ticking(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n) => String(n).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Words for a wait in minutes, hours above two of them: `{key, params}`. */
export function waited(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return { key: 'counter.waited.now', params: {} };
  if (minutes < 120) return { key: 'counter.waited.minutes', params: { minutes } };
  return { key: 'counter.waited.hours', params: { hours: Math.floor(minutes / 60), minutes: minutes % 60 } };
}

/** Seconds between an instant of the view and now: what the view says, and what has passed since. */
export function since(view, instant, elapsed) {
  return Math.max(0, (Date.parse(view.now) - Date.parse(instant)) / 1000 + elapsed);
}
