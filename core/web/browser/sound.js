// Chime and voice, one at a time, none lost. Browsers keep silent until the first touch.

/** Three falling tones of a small bronze bar, hertz. */
const TONES = [783.99, 659.26, 523.25];
const STEP = 0.34;
const RING = 1.3;
/** A file that has not ended by then is passed over, milliseconds. */
const FILE_WITHIN = 10_000;

/** The answer of `announce` when nothing sounded, not even the chime. */
export const LOCKED = 'locked';

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

/** A file that loads already: it sounds as soon as its turn comes. */
function load(url) {
  const file = new Audio();
  file.preload = 'auto';
  file.src = url;
  return file;
}

/** Play one file to its end. Answers with '' or with what was wrong; a failed file is passed over. */
function play(file, volume) {
  return new Promise((done) => {
    const timer = setTimeout(() => end(`longer than ${FILE_WITHIN / 1000} s`), FILE_WITHIN);
    function end(trouble) {
      clearTimeout(timer);
      file.onended = null;
      file.onerror = null;
      file.pause();
      done(trouble);
    }
    file.onended = () => end('');
    file.onerror = () => end(file.error ? `${file.error.code} ${file.error.message || ''}`.trim() : 'not playable');
    if (file.error) {
      file.onerror();
      return;
    }
    file.volume = volume;
    file.currentTime = 0;
    const started = file.play();
    if (started && started.catch) started.catch((error) => end(error.name || String(error)));
  });
}

/**
 * Chime, then the files, after all that was asked before.
 * @param {string[]} files
 * @param {{bell?: boolean, times?: number, volume?: number}} options
 *   `bell`: false for the files alone. `times`: how often they are said
 * @returns {Promise<string>} when it has sounded: '' or what was wrong with a file
 */
export function announce(files = [], options = {}) {
  const { bell = true, times = 1, volume = 1 } = options;
  const said = queue.then(async () => {
    if (locked()) return LOCKED;
    const loaded = files.map(load);
    let trouble = '';
    if (bell) await ring(TONES, volume * 0.5);
    for (let time = 0; time < times; time += 1) {
      for (const file of loaded) trouble = (await play(file, volume)) || trouble;
    }
    return trouble;
  }).catch((error) => String(error)); // one failed sound never stops the next
  queue = said;
  return said;
}

/** The chime alone. */
export function chime({ volume = 0.5 } = {}) {
  return announce([], { volume: volume * 2 });
}
