// What surrounds the work: whose counter this is, its state, and the page of a taken counter.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';

const SIGNS = Object.freeze({ open: '●', paused: '❙❙', closed: '○' });

/** State of a counter as a sign and a word. */
export function stateMark(state) {
  return html`<span class="state ${state}"><span class="sign" aria-hidden="true">${SIGNS[state]}</span>${t(
    `counter.state.${state}`,
  )}</span>`;
}

function languages({ language, speak }) {
  return html`<span class="languages" role="group" aria-label=${t('common.language')}>
    ${['id', 'en'].map(
      (each) => html`<button type="button" lang=${each} aria-pressed=${each === language ? 'true' : 'false'}
        title=${t(`common.language_${each}`)} @click=${() => speak(each)}>${each.toUpperCase()}<span
        class="visually-hidden"> ${t(`common.language_${each}`)}</span></button>`,
    )}
  </span>`;
}

/** The head of the page. `clock`: the hall's time as text. `does`: `{language, speak, shortcutsOn, switchShortcuts}`. */
export function head(model, clock, does) {
  const { view } = model;
  return html`<h1>${pick(view.counter.name)}</h1>
      <p class="agency">${pick(view.agency_name)}</p>
      <p class="standing">${stateMark(view.state)}${
        view.closing ? html`<span class="last">${t('counter.last')}</span>` : nothing
      }<span class="who">${view.officer || model.user}</span></p>
      <p class="clock"><time>${clock}</time></p>
      <nav class="tools" aria-label=${t('counter.tools')}>
        <button type="button" class="switch" aria-pressed=${does.shortcutsOn ? 'true' : 'false'}
          @click=${does.switchShortcuts}>${t(does.shortcutsOn ? 'counter.keys_on' : 'counter.keys_off')}</button>
        ${languages(does)}
        <a href="/staff">${t('counter.all_counters')}</a>
      </nav>`;
}

/** The whole work area when another officer sits here: who, and the way back. */
export function takenPart(officer) {
  return html`<section class="taken">
    <p class="word">${t('counter.taken', { officer })}</p>
    <p>${t('counter.taken_hint', { officer })}</p>
    <p><a class="button primary" href="/staff">${t('counter.go_back')}</a></p>
  </section>`;
}
