/** What every screen has: the head, the bar at the foot, the notes, the warning. */
import { html, nothing } from 'lit-html';
import { zoneText } from '../../core/web/browser/clock.js';
import { pick, t } from '../../core/web/browser/words.js';
import { day, hour } from './figures.js';
import { icons } from './icons.js';

/** The hall's name and its clock. */
export function head({ hall, now, offset }) {
  return html`
    <header class="head">
      <p class="hall">${pick(hall)}</p>
      <p class="clock"><span class="figures">${hour(now)}</span> <span class="soft">${zoneText(offset)}</span>
        <span class="day soft">${day(now)}</span></p>
    </header>`;
}

const LOOKS = ['low', 'large', 'contrast', 'sound'];

function tool({ icon, words, press, pressed = nothing, off = false, name = '' }) {
  return html`
    <button type="button" class="tool ${name}" aria-pressed=${pressed} ?disabled=${off} @click=${press}>
      ${icons[icon]}<span>${words}</span>
    </button>`;
}

/** Back or nothing, search, how to see and hear it, the other language: the same place on each screen. */
export function bar({ state, send }) {
  const { screen, look, lang, order } = state;
  const other = lang === 'id' ? 'en' : 'id';
  const busy = order?.status === 'sending';
  const start = screen === 'start' && state.first === null;
  const done = screen === 'result';
  return html`
    <nav class="bar" aria-label=${t('kiosk.bar')}>
      ${start || done
        ? nothing
        : tool({ icon: 'back', words: t('kiosk.back'), off: busy, press: () => send({ type: 'back' }), name: 'back' })}
      ${screen === 'search' || done
        ? nothing
        : tool({
            icon: 'search',
            words: t('kiosk.search'),
            off: busy,
            press: () => send({ type: 'search' }),
            name: 'find',
          })}
      ${LOOKS.map((name) =>
        tool({
          icon: name,
          words: t(`kiosk.look.${name}`),
          pressed: String(look[name]),
          press: () => send({ type: 'look', name }),
          name: 'look',
        }),
      )}
      <button type="button" class="tool language" lang=${other} @click=${() => send({ type: 'language', lang: other })}>
        ${icons.language}<span>${t('kiosk.language', {}, other)}</span>
      </button>
    </nav>`;
}

/**
 * The line is dead or the hall can keep nothing, in both languages, as nobody can be asked which. Or the printer
 * fails, or there is no voice.
 */
export function notes({ alive, writable, view, state, voiced }) {
  if (!alive) {
    const text = writable ? 'kiosk.line.dead' : 'kiosk.store';
    return html`
      <div class="note dead" role="alert">
        <p lang="id">${t(text, {}, 'id')}</p>
        <p lang="en">${t(text, {}, 'en')}</p>
      </div>`;
  }
  return html`
    ${view.printer_state in PRINTER_LACKS && state.screen !== 'result'
      ? html`<p class="note calm" role="status">${icons.paper}<span>${t(PRINTER_LACKS[view.printer_state])}</span></p>`
      : nothing}
    ${state.look.sound && !voiced ? html`<p class="note calm" role="status">${t('kiosk.sound.none')}</p>` : nothing}`;
}

/** What the printer says of itself and what a citizen has of it; numbers are given all the same. */
const PRINTER_LACKS = {
  paper_out: 'kiosk.printer.paper_out',
  cover_open: 'kiosk.printer.failing',
  error: 'kiosk.printer.failing',
  offline: 'kiosk.printer.failing',
  mute: 'kiosk.printer.failing',
  failing: 'kiosk.printer.failing',
};

/** "Are you still there?", in the low half, with the seconds and a way to stay. */
export function warn(seconds, send) {
  if (seconds === null) return nothing;
  return html`
    <div class="veil">
      <div class="warning" role="alertdialog" aria-modal="true" aria-labelledby="warning" aria-describedby="seconds">
        <h2 id="warning">${t('kiosk.warning')}</h2>
        <p id="seconds">${t('kiosk.warning.text')}</p>
        <p class="seconds figures" aria-hidden="true">${seconds}</p>
        <button type="button" class="button primary stay" @click=${() => send({ type: 'touch' })}>
          ${t('kiosk.warning.stay')}
        </button>
        <button type="button" class="button leave" @click=${() => send({ type: 'done' })}>
          ${t('kiosk.warning.leave')}
        </button>
      </div>
    </div>`;
}
