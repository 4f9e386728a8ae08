// The service worker of /t/: shows messages, opens the ticket, answers with the kept page where there is no line.
import { STORE, UNTIL } from './phone-keep.js';

const PATIENCE = 6_000; // for a page on a line that may be dead
const SHAKE = [500, 200, 500, 200, 900];

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The kept copy of a page, unless its day is over. */
async function keptPage(path) {
  const store = await caches.open(STORE);
  const kept = await store.match(path);
  if (!kept || Number(kept.headers.get(UNTIL)) > Date.now()) return kept;
  await store.delete(path);
  return undefined;
}

/** The page from the server; its kept copy where the server does not answer. */
async function page(request) {
  const path = new URL(request.url).pathname;
  const kept = await keptPage(path);
  const asked = fetch(request);
  if (!kept) return asked;
  const late = new Promise((done) => setTimeout(() => done(null), PATIENCE));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer && answer.status === 404) await (await caches.open(STORE)).delete(path);
    if (answer && (answer.status < 502 || answer.status > 504)) return answer;
  } catch (_) {
    // no line
  }
  asked.catch(() => {});
  return kept;
}

/** Scripts, styles and type: their address changes with their content, so a kept one is the right one. */
async function file(request) {
  return (await (await caches.open(STORE)).match(request)) || fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/static/')) event.respondWith(file(request));
});

function read(data) {
  try {
    const told = data.json();
    return told && told.title && String(told.url).startsWith('/t/') ? told : null;
  } catch (_) {
    return null; // none of ours
  }
}

self.addEventListener('push', (event) => {
  const told = event.data && read(event.data);
  if (!told) return;
  event.waitUntil(self.registration.showNotification(told.title, {
    body: told.body,
    lang: told.lang,
    tag: told.url, // the newest of a ticket takes the place of the one before
    renotify: true,
    requireInteraction: told.call === true,
    icon: '/t/icon-any-192.png',
    badge: '/t/icon-badge-96.png',
    vibrate: SHAKE,
    data: { url: told.url },
  }));
});

async function open(url) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = windows.find((each) => new URL(each.url).pathname === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});
