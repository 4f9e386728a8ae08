// Follows one live topic: whole views, calls, and whether the line lives.
import { io } from 'socket.io-client';
import { probe } from './probe.js';
import { Calls, Line, Sequence, ServerClock } from './sequence.js';
import { language } from './words.js';

/**
 * @typedef {{topic: string, epoch: string|number, seq: number}} Meta
 * @typedef {{up: boolean, since: number}} LineStatus  `since`: server time of the last news, milliseconds
 *
 * @typedef {object} Follow
 * @property {string | (() => string)} [token]         device or ticket token; a function where it changes
 * @property {string|number} [epoch]                   of the snapshot in the page
 * @property {number} [seq]                            of the snapshot in the page
 * @property {string} [probe]                          an address of the server: asked while the line is dead, so that
 *                                                     it heals within 3 s; for screens of the hall's own network
 * @property {string} [now]                            `now` of the snapshot: teaches the clock before the first news
 * @property {(view: any, meta: Meta) => void} onView  each newer view
 * @property {(call: any, meta: Meta) => void} [onCall] each call once, none older than 15 s
 * @property {(status: LineStatus) => void} [onLine]   when the line dies and when it lives again
 * @property {(condition: import('./condition.js').Condition|null) => void} [onHall]  whether the hall can keep
 *                                                     anything; null: not known, as far as known all is well
 * @property {(problem: any) => void} [onProblem]      the server refuses the topic; asked again until closed
 */

const ANSWER_WITHIN = 8_000;
const ASK_AGAIN = 10_000;

/**
 * Follow a topic until `close()`.
 * @param {string} topic @param {Follow} options
 * @returns {{close: () => void, refresh: () => void, renew: () => void, clock: ServerClock}}
 */
export function follow(topic, options) {
  const { token: given = '', onView, onCall = () => {}, onLine = () => {}, onProblem = () => {}, onHall = () => {} } = options;
  const bearer = typeof given === 'function' ? given : () => given;
  const who = () => (bearer() ? { token: bearer() } : {});
  const conversations = [];
  const start = options.epoch === undefined ? null : { epoch: options.epoch, seq: options.seq || 0 };
  const views = new Sequence(start, options.now);
  const clock = new ServerClock();
  const calls = new Calls();
  const line = new Line(clock.local());
  let told = true;
  let closed = false;
  let again = 0;
  let news = 0;
  let trying = false;
  if (options.now) clock.learn(options.now);
  news = clock.now();

  const socket = io('/live', {
    auth: (send) => send(who()),
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnection: !options.probe, // the probe tells when to try
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });

  const search = options.probe
    ? probe(options.probe, {
      back: connectAnew,
      gone: () => line.lost(clock.local()),
    })
    : null;

  /** The server answers: a new connection, with the time that it takes. */
  function connectAnew() {
    if (closed) return;
    trying = true;
    socket.disconnect().connect();
  }

  function tellLine() {
    const up = line.up(clock.local());
    if (up !== told) {
      told = up;
      onLine({ up, since: news });
    }
  }

  function heard() {
    line.heard(clock.local());
    news = clock.now();
    tellLine();
  }

  function take(message) {
    if (message.topic !== topic || !views.accept(message, message.view.now)) return;
    if (message.view.now) clock.learn(message.view.now);
    heard();
    onView(message.view, message);
  }

  function subscribe() {
    clearTimeout(again);
    const wish = { topic, lang: language(), ...who() };
    socket.timeout(ANSWER_WITHIN).emit('subscribe', wish, (late, answer) => {
      if (closed) return;
      if (late) {
        if (socket.connected) socket.disconnect().connect();
      } else if (answer && answer.view) {
        take(answer);
      } else {
        onProblem(answer || {});
        again = setTimeout(() => socket.connected && subscribe(), ASK_AGAIN);
      }
    });
  }

  function reconnect() {
    if (search) {
      if (!closed && !trying) search.start();
      return;
    }
    if (closed || socket.active) return; // active: the library tries by itself
    setTimeout(() => closed || socket.connect(), 1_000);
  }

  socket.on('connect', () => {
    trying = false;
    if (search) search.stop();
    heard();
    subscribe();
  });
  socket.on('view', (message) => {
    heard();
    take(message);
  });
  socket.on('call', (message) => {
    heard();
    if (message.topic === topic && calls.accept(message.call, clock.now())) onCall(message.call, message);
  });
  socket.on('hall', onHall);
  socket.on('disconnect', () => {
    onHall(null); // whoever connects is told if it is bad
    line.lost(clock.local());
    reconnect();
  });
  socket.on('connect_error', () => {
    trying = false;
    line.lost(clock.local());
    reconnect();
  });
  socket.io.on('ping', () => {
    if (search && socket.connected) search.stop();
    heard();
  });

  const watch = setInterval(() => {
    if (search && socket.connected && line.quiet(clock.local())) search.start(0);
    if (line.silent(clock.local())) {
      line.lost(clock.local());
      if (!search) socket.disconnect().connect(); // a line that broke without a word
    }
    tellLine();
  }, 1_000);

  function wake() {
    if (document.visibilityState === 'visible' && !socket.connected) socket.connect();
  }
  document.addEventListener('visibilitychange', wake);
  const hurry = () => search && search.hurry();
  window.addEventListener('online', hurry);

  /**
   * Speak with the server about another topic on the same line; it begins with `open()`.
   * @param {string} other  the topic
   * @param {{event: string, wish?: () => object, onMessage: (message: any) => void}} options
   *   `wish`: what the subscription says besides, asked anew each time the line comes back
   */
  function converse(other, { event, wish = () => ({}), onMessage }) {
    let wanted = false;
    let later = 0;
    function ask() {
      clearTimeout(later);
      if (!wanted || closed || !socket.connected) return;
      socket.timeout(ANSWER_WITHIN).emit('subscribe', { topic: other, lang: language(), ...who(), ...wish() }, (late, answer) => {
        if (late || !answer || !answer.view) later = setTimeout(ask, ASK_AGAIN);
      });
    }
    socket.on('connect', ask);
    conversations.push(ask);
    socket.on(event, (message) => {
      heard();
      if (wanted && message.topic === other) onMessage(message);
    });
    return {
      open() {
        if (wanted) return;
        wanted = true;
        ask();
      },
      close() {
        if (!wanted) return;
        wanted = false;
        clearTimeout(later);
        if (socket.connected) socket.emit('unsubscribe', { topic: other });
      },
      /** The server's answer; null where the line is dead or slower than `within` milliseconds. */
      tell(name, content, within = 2_000) {
        if (!socket.connected) return Promise.resolve(null);
        return new Promise((done) => {
          socket.timeout(within).emit(name, { topic: other, ...content }, (late, answer) => done(late ? null : answer));
        });
      },
    };
  }

  return {
    clock,
    converse,
    refresh: () => socket.connected && subscribe(),
    /** After the token has changed: the server learns the new one on the same line. */
    renew() {
      if (!socket.connected) return;
      subscribe();
      conversations.forEach((ask) => ask());
    },
    close() {
      closed = true;
      clearInterval(watch);
      clearTimeout(again);
      if (search) search.stop();
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', wake);
      socket.disconnect();
    },
  };
}

/** Hear of the hall's condition without following anything, as long as the page is open. */
export function watchHall(onHall) {
  const socket = io('/live', { transports: ['websocket', 'polling'], tryAllTransports: true });
  socket.on('hall', onHall);
  socket.on('disconnect', () => onHall(null));
}
