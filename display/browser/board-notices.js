// The running text: moves only when it does not fit, rests when asked, and never moves where motion is unwelcome.

const SPEED = 0.07; // of the board's width a second: read without hurry
const REST = 12_000; // one notice at a time, when nothing may move

/** Watch the strip; answers with `refresh`, to be called after each drawing. */
export function runNotices() {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  let shown = '';
  let timer = 0;
  let turn = 0;

  function oneByOne(items) {
    items.forEach((item, place) => {
      item.hidden = place !== turn % items.length;
    });
    turn += 1;
  }

  function start(strip, list) {
    const items = Array.from(list.children);
    clearInterval(timer);
    items.forEach((item) => {
      item.hidden = false;
    });
    strip.classList.remove('is-running');
    if (list.scrollWidth <= strip.clientWidth) return;
    if (calm.matches) {
      oneByOne(items);
      timer = setInterval(oneByOne, REST, items);
      return;
    }
    const way = (list.scrollWidth + strip.clientWidth) / strip.clientWidth;
    strip.classList.add('is-running');
    list.style.animationDuration = `${Math.round(way / SPEED)}s`;
    list.style.animationDelay = `${-Math.round(1 / SPEED)}s`; // begins with the text in sight
  }

  function refresh() {
    const strip = document.getElementById('notices');
    const list = strip && strip.querySelector('ul');
    const text = list ? `${list.textContent} ${strip.clientWidth} ${calm.matches}` : '';
    if (text === shown) return;
    shown = text;
    if (list) start(strip, list);
  }

  // A touch, or P on a keyboard, halts and starts it again.
  const halt = () => {
    const strip = document.getElementById('notices');
    if (strip) strip.classList.toggle('is-halted');
  };
  document.addEventListener('click', (event) => {
    if (event.target.closest && event.target.closest('#notices')) halt();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'p' || event.key === 'P') halt();
  });
  window.addEventListener('resize', refresh);
  return refresh;
}
