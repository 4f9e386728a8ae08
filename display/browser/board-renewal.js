// After an upgrade of the hall a board loads itself anew: nobody stands there to do it.

const MARK = 'antrean-board-renewed';
/** At most so often, milliseconds: a server that disagrees with itself must not make a board flicker. */
export const PAUSE = 60_000;

/**
 * @param {object} given
 * @param {string} given.build        of this page
 * @param {() => boolean} given.busy  whether an announcement sounds
 * @param {Storage} [given.storage] @param {() => void} [given.reload] @param {() => number} [given.clock]
 */
export function renewal({
  build,
  busy,
  storage = window.sessionStorage,
  reload = () => window.location.reload(),
  clock = Date.now,
}) {
  let wanted = false;

  function paused() {
    try {
      return Math.abs(clock() - Number(storage.getItem(MARK) || 0)) < PAUSE;
    } catch (_) {
      return false;
    }
  }

  return {
    /** The server says which build it serves: with each subscription, not with each view. */
    look(served) {
      if (served !== undefined) wanted = Boolean(served && build && served !== build);
      if (!wanted || busy() || paused()) return;
      try {
        storage.setItem(MARK, String(clock()));
      } catch (_) {
        // a private window: then without the pause
      }
      reload();
    },
  };
}
