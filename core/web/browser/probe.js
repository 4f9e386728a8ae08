// Finds out when a server that was gone is back, sooner than the socket's own attempts do.
//
// Browsers slow down sockets that fail again and again (Chromium up to 5 s each), and an attempt that was
// begun while packets were lost hangs until its time-out. A small request a moment costs nothing in the
// hall's own network.

const EVERY = 600;
const ANSWER_WITHIN = 1_200;

/** Whether the server answers now. */
async function answers(url) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ANSWER_WITHIN);
  try {
    return (await fetch(url, { cache: 'no-store', signal: giveUp.signal })).ok;
  } catch (_) {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ask `url` until it answers, then call `back`; `gone` is called when it does not. One search at a time.
 * @param {string} url @param {{back: () => void, gone: () => void, ask?: (url: string) => Promise<boolean>}} options
 */
export function probe(url, { back, gone, ask: question = answers }) {
  let wanted = false;
  let asking = false;
  let timer = 0;

  async function ask() {
    if (!wanted || asking) return;
    asking = true;
    const there = await question(url);
    asking = false;
    if (!wanted) return;
    if (there) {
      wanted = false;
      back();
    } else {
      gone();
      clearTimeout(timer);
      timer = setTimeout(ask, EVERY);
    }
  }

  return {
    /** The server seems to be gone. */
    start(wait = EVERY) {
      if (wanted) return;
      wanted = true;
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    },
    /** The device says that its network is back. */
    hurry() {
      if (!wanted) return;
      clearTimeout(timer);
      ask();
    },
    stop() {
      wanted = false;
      clearTimeout(timer);
    },
  };
}
