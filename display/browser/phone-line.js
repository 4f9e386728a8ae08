// Whether what the phone shows is true: asks by HTTP at once whenever the live line may not know yet that it is dead.

const ASK_WITHIN = 5_000;
const ASK_AGAIN = 3_000;
/** The server shows each view about twice a minute: after this, without any, the page asks by itself. */
const SILENT = 50_000;
/** A tick of one second that takes longer than this: the phone was asleep. */
const SLEPT = 5_000;

/** The answer's JSON, 'gone' where there is no such ticket any more, null where no answer came. */
async function fetchView(path) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ASK_WITHIN);
  try {
    const answer = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store', signal: stop.signal });
    if (answer.status === 404) return 'gone';
    return answer.ok ? await answer.json() : null;
  } catch (_) {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Watches over the truth of the page until `close()`.
 * @param {{path: string, onView: (view: any) => void, onGone: () => void, onUp: (up: boolean) => void,
 *   ask?: (path: string) => Promise<any>}} options  `onUp`: told whenever it may have changed
 */
export function watchTruth({ path, onView, onGone, onUp, ask = fetchView }) {
  let live = true; // what the live line says of itself
  let answered = true; // whether the last question got an answer
  let asking = false;
  let again = 0;
  let heardAt = Date.now();
  let ticked = Date.now();
  let closed = false;

  function tell() {
    if (!closed) onUp(live && answered);
  }

  async function look() {
    clearTimeout(again);
    if (asking || closed) return;
    asking = true;
    const answer = await ask(path);
    asking = false;
    if (closed) return;
    answered = answer !== null;
    if (answer === 'gone') {
      onGone();
      return;
    }
    if (answered) {
      heardAt = Date.now();
      onView(answer);
    } else if (document.visibilityState === 'visible') {
      again = setTimeout(look, ASK_AGAIN);
    }
    tell();
  }

  const awake = () => document.visibilityState === 'visible' && look();
  const offline = () => {
    answered = false;
    tell();
  };
  const tick = setInterval(() => {
    const now = Date.now();
    const slept = now - ticked > SLEPT;
    ticked = now;
    if ((slept || now - heardAt > SILENT) && document.visibilityState === 'visible') {
      heardAt = now; // and ask again after as long
      look();
    }
  }, 1_000);
  const listeners = [
    [document, 'visibilitychange', awake],
    [document, 'resume', awake],
    [window, 'pageshow', (event) => event.persisted && awake()],
    [window, 'online', awake],
    [window, 'offline', offline],
  ];
  listeners.forEach(([where, kind, act]) => where.addEventListener(kind, act));

  return {
    look,
    /** The live line brought a view or a call. */
    heard() {
      heardAt = Date.now();
      live = true;
      answered = true;
      tell();
    },
    /** The live line says whether it lives. */
    line(up) {
      live = up;
      if (up) answered = true;
      tell();
    },
    close() {
      closed = true;
      clearTimeout(again);
      clearInterval(tick);
      listeners.forEach(([where, kind, act]) => where.removeEventListener(kind, act));
    },
  };
}
