// Messages to this phone while the page is closed: what is possible here, switching on and off.
import { get, post } from '../../core/web/browser/api.js';

const WORKER = '/t/worker.js';
const SCOPE = '/t/';
const ASKED = 'antrean.push'; // tokens of the tickets for which this browser asked
const REMEMBERED = 5;

/**
 * What can be had: `off` (the hall sends none), `insecure` (no https), `install` (an iPhone whose page is not on the
 * home screen), `none` (this browser knows no messages), `denied`, `ask`.
 */
export function possible(sent, where = window) {
  if (!sent) return 'off';
  if (!where.isSecureContext) return 'insecure';
  const { navigator } = where;
  if (!('serviceWorker' in navigator && 'PushManager' in where && 'Notification' in where)) {
    return /iPhone|iPad|iPod/.test(navigator.userAgent) && !navigator.standalone ? 'install' : 'none';
  }
  return where.Notification.permission === 'denied' ? 'denied' : 'ask';
}

/** The bytes of URL-safe base64. */
export function bytesOf(text) {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(ASKED)) || [];
  } catch (_) {
    return [];
  }
}

function remember(token, on) {
  try {
    const others = remembered().filter((each) => each !== token);
    localStorage.setItem(ASKED, JSON.stringify(on ? [...others, token].slice(-REMEMBERED) : others));
  } catch (_) {
    // a private window forgets
  }
}

/** Register the service worker where there can be one: it also keeps the page. */
export function register() {
  if (!window.isSecureContext || !('serviceWorker' in navigator)) return Promise.resolve(null);
  return navigator.serviceWorker.register(WORKER, { scope: SCOPE }).catch(() => null);
}

function sameKey(subscription, key) {
  const own = subscription.options && subscription.options.applicationServerKey;
  if (!own) return true;
  const bytes = new Uint8Array(own);
  return bytes.length === key.length && bytes.every((byte, place) => byte === key[place]);
}

async function subscription(path) {
  const registration = await navigator.serviceWorker.ready;
  const key = bytesOf((await get(path)).key);
  const known = await registration.pushManager.getSubscription();
  if (known && sameKey(known, key)) return known;
  if (known) await known.unsubscribe(); // of a hall whose key was lost
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/**
 * Messages for one ticket. @param {string} token @param {boolean} sent  whether the hall sends any
 */
export function messages(token, sent) {
  const path = `/api/v1/tickets/${token}/push`;
  const state = { is: possible(sent), busy: false, failed: false };
  if (state.is === 'ask' && remembered().includes(token) && Notification.permission === 'granted') state.is = 'on';

  async function tell(lang) {
    const { endpoint, keys } = (await subscription(path)).toJSON();
    const { on } = await post(path, { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, lang });
    if (!on) throw new Error('not taken');
  }

  return {
    state,
    /** From a touch: asks for permission and subscribes. */
    async turnOn(lang) {
      state.busy = true;
      state.failed = false;
      try {
        const permission = await Notification.requestPermission();
        if (permission === 'granted') {
          await register();
          await tell(lang);
          state.is = 'on';
          remember(token, true);
        } else {
          state.is = permission === 'denied' ? 'denied' : 'ask';
        }
      } catch (_) {
        state.failed = true;
      }
      state.busy = false;
    },
    /** The server hears it again: after a change of language, and when the page is opened anew. */
    async renew(lang) {
      if (state.is !== 'on') return;
      await tell(lang).catch(() => {}); // the page itself goes on
    },
    async turnOff() {
      state.busy = true;
      try {
        const registration = await navigator.serviceWorker.ready;
        const known = await registration.pushManager.getSubscription();
        if (known) await post(`${path}/stop`, { endpoint: known.endpoint });
        state.is = 'ask';
        remember(token, false);
      } catch (_) {
        state.failed = true;
      }
      state.busy = false;
    },
    forget: () => remember(token, false),
  };
}
