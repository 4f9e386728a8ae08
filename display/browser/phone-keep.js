// A copy of the opened page for the time without a line: what was last known, marked as such, until the day ends.
// The page alone writes it; the service worker only reads. Answers of the API are never kept.

/** The cache that page and service worker share. */
export const STORE = 'antrean-ticket';
/** Header of a kept page: until when it may be shown, milliseconds since 1970 by this phone. */
export const UNTIL = 'antrean-until';

const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
  + "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'";
const SETTLED = 2_500; // after the first view: keeping must not slow down the loading

/**
 * The page's source before it drew anything, with another snapshot and the time of its news.
 * @returns {null|((view: object, news: number) => string)} null where the source cannot be taken apart
 */
export function shellOf(source, snapshot) {
  const parts = source.replace(/^<html( data-kept="\d+")?/, '<html').split(snapshot);
  if (parts.length !== 2 || !parts[0].startsWith('<html')) return null;
  return (view, news) => {
    const told = JSON.stringify(view).replace(/</g, '\\u003c');
    return `<!doctype html>${parts[0].replace('<html', `<html data-kept="${Math.round(news)}"`)}${told}${parts[1]}`;
  };
}

/** When this page was kept (server's time in milliseconds), 0 where it came from the server itself. */
export function keptAt() {
  return Number(document.documentElement.dataset.kept || 0);
}

/** Keeps copies of this page. @param {number} left  seconds until the service day ends */
export function keeper(left) {
  const shell = shellOf(document.documentElement.outerHTML, document.getElementById('snapshot').textContent);
  const path = window.location.pathname;
  const until = Date.now() + left * 1000;
  const from = Date.now() + SETTLED;
  let timer = 0;
  let begun = false;

  async function sweep(store) {
    const files = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/static/'));
    await Promise.all((await store.keys()).map(async (request) => {
      if (request.url.includes('/static/')) return files.includes(request.url) || store.delete(request);
      const answer = await store.match(request);
      return Number(answer.headers.get(UNTIL)) > Date.now() || store.delete(request);
    }));
    await Promise.all(files.map(async (file) => (await store.match(file)) || store.add(file)));
  }

  async function write(view, news) {
    try {
      const store = await caches.open(STORE);
      const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY, [UNTIL]: String(until) };
      await store.put(path, new Response(shell(view, news), { headers }));
      if (!begun) await sweep(store);
      begun = true;
    } catch (_) {
      // no room, or a private window: the page works without
    }
  }

  const able = shell !== null && window.isSecureContext && 'caches' in window && 'serviceWorker' in navigator;
  return {
    /** Keep this view as the last that is known. */
    keep(view, news) {
      if (!able) return;
      clearTimeout(timer);
      timer = setTimeout(() => write(view, news), Math.max(0, from - Date.now()));
    },
    /** The number is over: nothing is kept of it. */
    async forget() {
      clearTimeout(timer);
      if (!able) return;
      try {
        await (await caches.open(STORE)).delete(path);
      } catch (_) {
        // nothing was kept
      }
    },
  };
}
