/** Line drawings of the bar and the paper; each stands beside its words and is silent. */
import { svg } from 'lit-html';

const drawn = (paths) => svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;

export const icons = {
  back: drawn(svg`<path d="M20 12H5M11 5l-7 7 7 7"/>`),
  next: drawn(svg`<path d="M4 12h15M13 5l7 7-7 7"/>`),
  search: drawn(svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>`),
  low: drawn(svg`<path d="M12 3v12M6 10l6 6 6-6M4 21h16"/>`),
  large: drawn(svg`<path d="M2 19l5.5-14L13 19M4 14.5h7M15.5 19l3-7.5 3 7.5M16.5 16.5h4"/>`),
  contrast: drawn(svg`<circle cx="12" cy="12" r="9"/><path class="solid" d="M12 3a9 9 0 0 1 0 18z"/>`),
  sound: drawn(svg`<path d="M4 14v-2a8 8 0 0 1 16 0v2"/><path class="solid" d="M4 14h3v6H5.5A1.5 1.5 0 0 1 4 18.5zM20 14h-3v6h1.5a1.5 1.5 0 0 0 1.5-1.5z"/>`),
  language: drawn(svg`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5.5 5.5 5.5 12.5 0 18M12 3c-5.5 5.5-5.5 12.5 0 18"/>`),
  erase: drawn(svg`<path d="M8 5h13v14H8l-6-7zM11.5 9l5.5 6M17 9l-5.5 6"/>`),
  paper: drawn(svg`<path d="M3 6h18M6 6v13l2-1.5 2 1.5 2-1.5 2 1.5 2-1.5 2 1.5V6M9 10h6M9 13.5h4"/>`),
  down: drawn(svg`<path d="M12 4v15M5 12l7 7 7-7"/>`),
};
