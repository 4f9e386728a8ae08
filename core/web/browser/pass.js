// The page's own pass: it ends, so the page fetches the next one in time, and again when it is refused.
const LOOK_EVERY = 30_000;
const AGAIN_AFTER = 15_000;

/**
 * @param {{token: string, lasts_s?: number, next_pass?: string}} page  the page's settings
 * @param {object} [given]
 * @param {(fresh: string) => void} [given.onFresh]  a new pass has come
 * @param {() => void} [given.onEnded]              the server gives this page no pass any more
 * @param {typeof fetch} [given.ask] @param {() => number} [given.clock] @param {typeof setInterval} [given.every]
 * @returns {{token: () => string, refused: (problem: any) => Promise<void>, look: () => Promise<void>}}
 */
export function pagePass(page, given = {}) {
  const { onFresh = () => {}, onEnded = () => {} } = given;
  const { ask = (...all) => window.fetch(...all), clock = Date.now, every = setInterval } = given;
  const lasts = (page.lasts_s || 0) * 1000;
  let token = page.token || '';
  let got = clock();
  let asked = -Infinity;
  let wanted = false;

  async function look() {
    const now = clock();
    const old = lasts && Math.abs(now - got) > lasts / 2; // a clock that jumped: better once too often
    if (!page.next_pass || !(wanted || old) || Math.abs(now - asked) < AGAIN_AFTER) return;
    asked = now;
    try {
      const answer = await ask(page.next_pass, { credentials: 'same-origin', cache: 'no-store' });
      if (answer.status === 401 || answer.status === 403) onEnded();
      if (!answer.ok) return;
      token = (await answer.json()).token;
      got = clock();
      wanted = false;
      onFresh(token);
    } catch (_) {
      // the server is away: asked again with the next look
    }
  }

  if (page.next_pass) every(look, LOOK_EVERY);
  return {
    token: () => token,
    look,
    /** The server refuses what the page shows: perhaps its pass is over. */
    async refused(problem) {
      if (!problem || problem.status !== 401) return;
      wanted = true;
      await look();
    },
  };
}
