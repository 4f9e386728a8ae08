import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { shellOf } from '../../display/browser/phone-keep.js';
import { watchTruth } from '../../display/browser/phone-line.js';
import { bytesOf, possible } from '../../display/browser/phone-push.js';

const PAGE = '<html lang="id" class="display"><body><script id="snapshot">{"state":"waiting"}</script></body></html>';

test('a kept page carries the newest view, the time of its news, and nothing that ends the script', () => {
  const made = shellOf(PAGE, '{"state":"waiting"}')({ state: 'called', name: '</script>' }, 1234.5);
  assert.match(made, /^<!doctype html><html data-kept="1235" lang="id"/);
  assert.ok(made.includes('{"state":"called","name":"\\u003c/script>"}'));
  assert.equal(made.split('</script>').length, 2);
});

test('a copy that is kept again does not carry two times', () => {
  const first = shellOf(PAGE, '{"state":"waiting"}')({ a: 1 }, 1).replace('<!doctype html>', '');
  const again = shellOf(first, '{"a":1}')({ a: 2 }, 2);
  assert.deepEqual(again.match(/data-kept="\d+"/g), ['data-kept="2"']);
});

test('a page that cannot be taken apart is not kept', () => {
  assert.equal(shellOf(PAGE, 'something else'), null);
  assert.equal(shellOf(`${PAGE}${PAGE}`, '{"state":"waiting"}'), null);
});

const able = {
  isSecureContext: true, PushManager: class {}, Notification: { permission: 'default' }, navigator: { serviceWorker: {}, userAgent: 'Android' },
};
const iphone = { isSecureContext: true, navigator: { serviceWorker: {}, userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)' } };

test('what is possible is told as it is', () => {
  assert.equal(possible(true, able), 'ask');
  assert.equal(possible(false, able), 'off');
  assert.equal(possible(true, { ...able, isSecureContext: false }), 'insecure');
  assert.equal(possible(true, { ...able, Notification: { permission: 'denied' } }), 'denied');
  assert.equal(possible(true, iphone), 'install');
  assert.equal(possible(true, { ...iphone, navigator: { ...iphone.navigator, standalone: true } }), 'none');
  assert.equal(possible(true, { isSecureContext: true, navigator: { userAgent: 'old' } }), 'none');
});

test('a key comes out of its base64 as bytes', () => {
  assert.deepEqual([...bytesOf('-_8A')], [251, 255, 0]);
});

// -- watching over the truth -----------------------------------------------------------------------

let page;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 });
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  globalThis.window = new EventTarget();
  page = { told: [], views: [], gone: 0, asked: 0, answer: { state: 'waiting' } };
  page.truth = watchTruth({
    path: '/x',
    onView: (view) => page.views.push(view),
    onGone: () => { page.gone += 1; },
    onUp: (up) => page.told.push(up),
    ask: async () => {
      page.asked += 1;
      return page.answer;
    },
  });
});

afterEach(() => {
  page.truth.close();
  mock.timers.reset();
});

const answered = () => new Promise((done) => setImmediate(done));

test('it asks at once when the page is looked at, is shown again, or is online again', async () => {
  document.dispatchEvent(new Event('visibilitychange'));
  await answered();
  window.dispatchEvent(new Event('online'));
  await answered();
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await answered();
  assert.equal(page.asked, 3);
  assert.deepEqual(page.views.length, 3);
});

test('a hidden page asks nothing', async () => {
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  await answered();
  assert.equal(page.asked, 0);
});

test('without an answer the line is dead whatever the live line says, and it asks until one comes', async () => {
  page.answer = null;
  document.dispatchEvent(new Event('visibilitychange'));
  await answered();
  assert.equal(page.told.at(-1), false);
  page.answer = { state: 'called' };
  mock.timers.tick(3_000);
  await answered();
  assert.equal(page.told.at(-1), true);
  assert.deepEqual(page.views, [{ state: 'called' }]);
});

test('after a minute in which the ticket was not spoken of it asks; a number that is gone is told once', async () => {
  for (let second = 0; second < 49; second += 1) mock.timers.tick(1_000);
  assert.equal(page.asked, 0);
  page.answer = 'gone';
  mock.timers.tick(2_000);
  await answered();
  assert.equal(page.gone, 1);
});

test('a tick that took long means that the phone slept', async () => {
  mock.timers.tick(1_000);
  mock.timers.setTime(1_000_000 + 60_000);
  mock.timers.tick(1_000);
  await answered();
  assert.ok(page.asked >= 1);
});

test('offline is told before anything is asked', () => {
  window.dispatchEvent(new Event('offline'));
  assert.deepEqual(page.told, [false]);
});
