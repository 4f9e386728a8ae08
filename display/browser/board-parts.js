// The parts of a board as the browser draws them; the template draws the same ones for the first byte.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { pick, t } from '../../core/web/browser/words.js';
import { fit, keyOf, LARGE } from './board-calls.js';

/** A label in both languages: nobody can tap a board. */
export function both(key, params = {}) {
  return html`${t(key, params, 'id')} <i lang="en">${t(key, params, 'en')}</i>`;
}

function arrow() {
  return html`<span class="to"><span class="visually-hidden">${t('board.go_to')}</span></span>`;
}

function large(call, fresh) {
  return html`<li class="call large ${fresh ? 'is-new' : ''} ${fit(call)}">
    <p class="about">
      ${fresh ? html`<b class="flag">${both(call.repeat > 0 ? 'board.again' : 'board.new')}</b>` : nothing}
      <span class="agency">${pick(call.agency_name, 'id')}</span>
      ${call.mark ? html`<span class="priority">${both('board.priority')}</span>` : nothing}
      <span class="at">${both('common.counter')}</span>
    </p>
    <span class="number">${call.number}</span>${arrow()}<span class="number counter">${call.counter_number}</span>
  </li>`;
}

function small(call) {
  return html`<li class="call small ${fit(call)}">
    <span class="number">${call.number}</span>${arrow()}<span class="number counter">${call.counter_number}</span>
  </li>`;
}

function waitingRow(row, wide) {
  const { median_minutes: low, p80_minutes: high } = row.forecast;
  return html`<li class="${row.open ? '' : 'is-closed'}">
    <span class="short">${row.short}</span>
    ${wide && row.open && row.count
      ? html`<span class="range figures">${t('common.minutes_range', { low, high }, 'id')}</span>`
      : nothing}
    ${row.open || row.count
      ? html`<span class="number count">${row.count}</span>`
      : html`<span class="count">${t('common.closed', {}, 'id')}</span>`}
  </li>`;
}

function missedList(numbers) {
  return html`<section class="missed" aria-label=${t('board.missed')}>
    <h2>${both('board.missed')}</h2>
    <ul role="list">${numbers.map((number) => html`<li class="number">${number}</li>`)}</ul>
    <p>${both('board.missed_hint')}</p>
  </section>`;
}

/** The strip of notices; `board-notices.js` moves it. */
function notices(list) {
  return html`<footer class="notices" id="notices" aria-label=${t('board.notices')}>
    <ul role="list">${list.map((notice) => html`<li>${pick(notice, 'id')}
      ${notice.en && notice.en !== notice.id ? html`<i lang="en">${notice.en}</i>` : nothing}</li>`)}</ul>
  </footer>`;
}

function head({ view, date, time, zone, silent, onTouch }) {
  return html`<header class="head">
    <div class="house">
      <h1>${pick(view.hall, 'id')}</h1>
      <p>${pick(view.zone || view.name, 'id')}</p>
    </div>
    ${view.training ? html`<p class="training">${t('common.training', {}, 'id')}</p>` : nothing}
    ${silent ? html`<button class="button primary sound" @click=${onTouch}>${both('board.touch_for_sound')}</button>` : nothing}
    <p class="date"><b>${date[0]}</b>${date[1]}</p>
    <p class="clock number">${time}<small>${zone}</small></p>
  </header>`;
}

/** A board of the hall or of a zone. */
export function board(state) {
  const { view, calls, fresh } = state;
  const rows = view.waiting.length;
  const few = rows <= 8;
  const earlier = calls.slice(LARGE, LARGE + (rows <= 5 ? 6 : 4));
  return html`${head(state)}
    <section class="calls" aria-label=${t('board.calls')}>
      ${calls.length === 0 ? html`<p class="nobody">${both('board.nobody')}</p>` : nothing}
      <ol role="list">${repeat(calls.slice(0, LARGE), keyOf, (call) => large(call, fresh(call)))}</ol>
    </section>
    <aside class="side">
      ${earlier.length
        ? html`<section class="earlier"><h2>${both('board.earlier')}</h2>
            <ol role="list">${repeat(earlier, keyOf, small)}</ol></section>`
        : nothing}
      <section class="waiting ${few ? 'few' : 'many'}"><h2>${both('common.waiting')}</h2>
        <ul role="list" style="--half: ${Math.ceil(rows / 2)}; --third: ${Math.ceil(rows / 3)}">
          ${view.waiting.map((row) => waitingRow(row, few))}</ul></section>
    </aside>
    ${view.missed.length ? missedList(view.missed) : nothing}
    ${view.notices.length ? notices(view.notices) : nothing}`;
}

function signState(view, call, fresh) {
  if (view.counter.state === 'open') {
    if (!call) return both('board.sign_open');
    return both(fresh ? 'board.sign_come' : 'board.sign_now');
  }
  return both(view.counter.state === 'paused' ? 'board.sign_paused' : 'board.sign_closed');
}

/** The sign above one counter. */
export function sign(state) {
  const { view, calls, fresh } = state;
  const number = view.counter.current;
  const call = number ? calls.find((one) => one.number === number) || { number, at: '' } : null;
  const isFresh = Boolean(call && call.at && fresh(call));
  const agency = view.waiting.find((row) => row.agency === view.counter.agency);
  return html`${head(state)}
    <section class="sign ${view.counter.state} ${isFresh ? 'is-new' : ''}">
      <p class="place"><span>${both('common.counter')}</span> <b class="number">${view.counter.number}</b></p>
      <p class="agency">${agency ? pick(agency.name, 'id') : pick(view.counter.name, 'id')}</p>
      ${number ? html`<p class="number current ${number.length > 4 ? 'long' : ''}">${number}</p>` : nothing}
      <p class="state" role="status">${signState(view, call, isFresh)}</p>
    </section>
    ${view.notices.length ? notices(view.notices) : nothing}`;
}
