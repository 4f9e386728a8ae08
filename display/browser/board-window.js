// The window beside the calls: pages of the waiting list, pictures and videos, by turns.

/** So long a page of the waiting list stands, milliseconds: a handful of agencies are read in that time. */
const PAGE_FOR = 8_000;
const PICTURE_FOR = 12_000;
/** A video that has not ended by then is cut off; one that has not begun is passed over. */
const VIDEO_AT_MOST = 300_000;
const LOAD_WITHIN = 10_000;
/** While a call is new, or said. */
const DUCKED_VOLUME = 0.1;

/** What comes next: pages and media alternate; a file that failed is left out until it changes. */
export class Slides {
  constructor() {
    this.broken = new Set();
    this.page = -1;
    this.item = '';
    this.kind = '';
  }

  /** What came last cannot be played: the next file takes its place. */
  failed() {
    this.broken.add(this.item);
    this.kind = 'waiting';
  }

  /** @param {{waiting: boolean, media: {url: string, kind: string}[], calm: boolean}} given */
  next({ waiting, media, calm }) {
    const known = new Set(media.map((item) => item.url));
    this.broken.forEach((url) => known.has(url) || this.broken.delete(url));
    const playable = media.filter((item) => !this.broken.has(item.url) && !(calm && item.kind === 'video'));
    if (playable.length && (this.kind !== 'media' || !waiting)) {
      this.kind = 'media';
      const place = playable.findIndex((item) => item.url > this.item);
      const item = playable[Math.max(0, place)];
      this.item = item.url;
      return { kind: 'media', page: Math.max(0, this.page), item };
    }
    this.kind = waiting ? 'waiting' : '';
    if (waiting) this.page += 1;
    return { kind: this.kind, page: Math.max(0, this.page), item: null };
  }
}

function element(item, volume) {
  const node = document.createElement(item.kind === 'video' ? 'video' : 'img');
  if (item.kind === 'video') {
    node.muted = volume === 0;
    node.volume = volume;
    node.playsInline = true;
    node.preload = 'auto';
  } else {
    node.alt = '';
  }
  return node;
}

/** Load the element's file. Answers with '' or what was wrong. */
function loaded(node, url) {
  return new Promise((done) => {
    const timer = setTimeout(() => end('slow'), LOAD_WITHIN);
    function end(trouble) {
      clearTimeout(timer);
      ['load', 'canplay', 'error'].forEach((event) => node.removeEventListener(event, on[event]));
      done(trouble);
    }
    const on = { load: () => end(''), canplay: () => end(''), error: () => end('broken') };
    ['load', 'canplay', 'error'].forEach((event) => node.addEventListener(event, on[event]));
    node.src = url;
  });
}

/** Let go of what a video holds; browsers keep its buffers otherwise. */
function release(node) {
  if (node.pause) {
    node.pause();
    node.removeAttribute('src');
    node.load();
  }
  node.remove();
}

/**
 * @param {{place: () => HTMLElement|null, given: () => {waiting: boolean, media: any[], volume: number}, onSlide: () => void}} options
 *   `volume`: of videos, 0 to 1
 */
export function runWindow({ place, given, onSlide }) {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  const slides = new Slides();
  let slide = { kind: 'waiting', page: 0, item: null };
  let node = null;
  let ducked = false;
  let halted = false;
  let timer = 0;

  function volume() {
    return given().volume * (ducked ? DUCKED_VOLUME : 1);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(turn, wait);
  }

  function clear() {
    if (node) release(node);
    node = null;
  }

  async function turn() {
    if (halted) {
      later(1_000);
      return;
    }
    const { waiting, media } = given();
    const next = slides.next({ waiting, media, calm: calm.matches });
    if (next.kind !== 'media') {
      slide = next;
      clear();
      onSlide();
      later(PAGE_FOR);
      return;
    }
    const fresh = element(next.item, volume());
    const trouble = await loaded(fresh, next.item.url);
    if (trouble || !(await show(fresh, next))) {
      slides.failed();
      if (node === fresh) clear();
      else release(fresh);
      later(200);
    }
  }

  async function show(fresh, next) {
    slide = next;
    onSlide();
    const stage = place();
    if (!stage) return false;
    clear();
    node = fresh;
    stage.appendChild(fresh);
    if (next.item.kind !== 'video') {
      later(PICTURE_FOR);
      return true;
    }
    fresh.onended = () => later(0);
    fresh.onerror = () => {
      slides.failed();
      later(0);
    };
    later(VIDEO_AT_MOST);
    try {
      await fresh.play();
    } catch (_) {
      fresh.muted = true; // sound is not allowed yet: the picture alone
      try {
        await fresh.play();
      } catch (__) {
        return false;
      }
    }
    return true;
  }

  document.addEventListener('keydown', (event) => {
    if (event.key === 'p' || event.key === 'P') halted = !halted;
  });
  later(PAGE_FOR);
  return {
    slide: () => slide,
    /** Step back while a call is new or said: dim, and nearly silent. */
    duck(on) {
      const stage = place();
      if (stage) stage.classList.toggle('is-ducked', on);
      if (on === ducked) return;
      ducked = on;
      if (node && node.volume !== undefined && !node.muted) node.volume = volume();
    },
    /** New files or other wishes: begin at once when nothing stands there. */
    refresh() {
      const { waiting, media } = given();
      const idle = slide.kind !== 'media' && !waiting && media.some((item) => !slides.broken.has(item.url));
      if (idle && !halted && node === null) later(0);
    },
  };
}
