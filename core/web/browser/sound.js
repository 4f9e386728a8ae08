// Chime and voice, one at a time, none lost. Browsers keep silent until the first touch.

/** Three falling tones of a small bronze bar, hertz. */
const TONES = [783.99, 659.26, 523.25];
const STEP = 0.34;
const RING = 1.3;
/** A file that has not ended by then is passed over, milliseconds. */
const FILE_WITHIN = 20_000;

let context = null;
let queue = Promise.resolve();
const listeners = new Set();

function audio() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (context === null && Context) {
    context = new Context();
    context.onstatechange = () => listeners.forEach((tell) => tell(locked()));
  }
  return context;
}

/** Whether the browser still waits for a touch before it lets us sound. */
export function locked() {
  const sound = audio();
  return sound !== null && sound.state !== 'running';
}

/** Call `tell(locked)` whenever that changes. */
export function onLock(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Switch sound on; call it from the handler of a touch or a key. */
export async function unlock() {
  const sound = audio();
  if (sound && sound.state !== 'running') await sound.resume();
  listeners.forEach((tell) => tell(locked()));
}

/** Unlock at the first touch or key anywhere on the page. */
export function unlockOnTouch() {
  const once = () => {
    unlock();
    ['pointerdown', 'keydown'].forEach((kind) => window.removeEventListener(kind, once, true));
  };
  ['pointerdown', 'keydown'].forEach((kind) => window.addEventListener(kind, once, true));
}

/** One struck bar: the tone, and an overtone that dies sooner. */
function strike(sound, frequency, at, volume) {
  [[1, volume, RING], [2.76, volume * 0.28, RING / 3]].forEach(([ratio, level, length]) => {
    const tone = sound.createOscillator();
    const gain = sound.createGain();
    tone.frequency.value = frequency * ratio;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(level, at + 0.012);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
    tone.connect(gain);
    gain.connect(sound.destination);
    tone.start(at);
    tone.stop(at + length + 0.05);
  });
}

function ring(tones, volume) {
  const sound = audio();
  if (sound === null || sound.state !== 'running') return Promise.resolve();
  tones.forEach((tone, place) => strike(sound, tone, sound.currentTime + 0.02 + place * STEP, volume));
  const length = (tones.length - 1) * STEP + RING * 0.7;
  return new Promise((done) => setTimeout(done, length * 1000));
}

/** Play one file to its end; a failed file is passed over. */
function play(url) {
  return new Promise((done) => {
    const file = new Audio(url);
    const timer = setTimeout(end, FILE_WITHIN);
    function end() {
      clearTimeout(timer);
      file.pause();
      done();
    }
    file.onended = end;
    file.onerror = end;
    const started = file.play();
    if (started && started.catch) started.catch(end);
  });
}

/**
 * Chime, then the files, after all that was asked before.
 * @param {string[]} files
 * @param {{stale?: () => boolean, started?: () => void, volume?: number}} options  `stale`: asked when its turn comes; true drops it
 * @returns {Promise<void>} when it has sounded or was dropped
 */
export function announce(files = [], { stale = () => false, started = () => {}, volume = 0.5 } = {}) {
  queue = queue.then(async () => {
    if (locked() || stale()) return;
    started();
    await ring(TONES, volume);
    for (const file of files) await play(file);
  }).catch(() => {}); // one failed sound never stops the next
  return queue;
}

/** The chime alone. */
export function chime(options = {}) {
  return announce([], options);
}
