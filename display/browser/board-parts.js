// The parts of a board as the browser draws them; the template draws the same ones for the first byte.
//
// Lists are mapped, not given to lit's `repeat`: its markers stay behind, two a call, and a board runs for months.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { keyOf } from './board-calls.js';
import { missedAtOnce, shrink, shrinkSmall, windowOf } from './board-space.js';

const SMALL_FONT = 76;

/** A label in both languages: nobody can tap a board. */
export function both(key, params = {}) {
  return html`${t(key, params, 'id')} <i lang="en">${t(key, params, 'en')}</i>`;
}

function figures(call, factors) {
  const style = `--n: ${factors.number.toFixed(3)}; --k: ${factors.counter.toFixed(3)}`;
  return html`<p class="pair" style=${style}>
    <span class="number">${call.number}</span><span class="to"><span class="visually-hidden">${t('board.go_to')}</span></span><span class="number counter">${call.counter_number}</span>
  </p>`;
}

function large(call, state) {
  const { space, fresh } = state;
  const isFresh = fresh(call);
  return html`<li class="call large ${isFresh ? 'is-new' : ''} ${space.calls.row.twoLines ? 'two-lines' : ''}" data-call=${keyOf(call)}>
    <p class="about">
      ${isFresh ? html`<b class="flag">${both(call.repeat > 0 ? 'board.again' : 'board.new')}</b>` : nothing}
      <span class="agency">${call.agency_short}</span>
      ${call.mark ? html`<span class="priority">${both('board.priority')}</span>` : nothing}
      <span class="at">${both('common.counter')}</span>
    </p>
    ${figures(call, shrink(call, space))}
  </li>`;
}

function small(call, state, font, room) {
  return html`<li class="call small ${state.fresh(call) ? 'is-new' : ''}" data-call=${keyOf(call)}>
    ${figures(call, shrinkSmall(call, font, room))}
  </li>`;
}

/** Few calls stand in rows; a burst stands in a grid, the newest or the spoken one above it. */
function calls(state) {
  const { space, shown, crowd, nobody } = state;
  if (!crowd) {
    return html`<section class="calls" aria-label=${t('board.calls')}>
      ${nobody ? html`<p class="nobody">${both('board.nobody')}</p>` : nothing}
      <ol role="list" style="--cols: ${space.calls.columns}; --rows: ${space.calls.rows}">
        ${shown.map((call) => large(call, state))}</ol>
    </section>`;
  }
  const head = crowd.first ? shown.slice(0, 1) : [];
  const rest = shown.slice(head.length);
  return html`<section class="calls is-crowd" aria-label=${t('board.calls')}>
    ${head.length ? html`<ol role="list" class="first">${head.map((call) => large(call, state))}</ol>` : nothing}
    <ol role="list" class="cells" style="--cols: ${crowd.cols}; --rows: ${crowd.rows}; --cell: ${crowd.font.toFixed(1)}">
      ${rest.map((call) => small(call, state, crowd.font, crowd.cell))}</ol>
  </section>`;
}

function waitingRow(row) {
  const { median_minutes: low, p80_minutes: high } = row.forecast;
  const waits = row.open && row.count;
  return html`<li class="${row.open ? '' : 'is-closed'}">
    <span class="short">${row.short}</span>
    ${row.open || row.count
      ? html`<span class="number count">${row.count}</span>`
      : html`<span class="count">${t('common.closed', {}, 'id')} <i lang="en">${t('common.closed', {}, 'en')}</i></span>`}
    <span class="range figures">${waits ? t('common.minutes_range', { low, high }, 'id') : row.open ? both('board.no_queue') : nothing}</span>
  </li>`;
}

/** The window: a page of the waiting list, or a picture or video, by turns. */
function windowPart(state) {
  const { view, space, slide, earlier } = state;
  const { rows: lines, cols } = windowOf(space.side, earlier.length);
  const each = lines * cols;
  const pages = Math.ceil(view.waiting.length / each);
  const page = pages ? slide.page % pages : 0;
  const rows = view.waiting.slice(page * each, (page + 1) * each);
  const media = slide.kind === 'media';
  return html`<section class="window ${media ? 'has-media' : ''}">
    <div class="waiting" ?hidden=${media || !state.has('waiting')}>
      <h2>${both('common.waiting')} ${pages > 1 ? html`<small class="figures">${page + 1}/${pages}</small>` : nothing}</h2>
      <ul role="list" style="--cols: ${cols}">${rows.map(waitingRow)}</ul>
    </div>
    <div class="media" id="media" ?hidden=${!media} aria-label=${t('board.media')}></div>
  </section>`;
}

function side(state) {
  const { space, earlier } = state;
  if (!space.side) return nothing;
  return html`<aside class="side ${space.side.split ? 'is-split' : ''}" ?hidden=${Boolean(state.crowd)}>
    ${state.has('recent') && (earlier.length || space.side.split)
      ? html`<section class="earlier"><h2>${both('board.earlier')}</h2>
          <ol role="list" style="--cols: ${space.side.cols}">
            ${earlier.map((call) => small(call, state, SMALL_FONT, space.side.column))}</ol></section>`
      : nothing}
    ${space.side.windowed ? windowPart(state) : nothing}
  </aside>`;
}

/** Who was called and did not come; when they are many, by turns. */
function missedList({ view, space, turn }) {
  const numbers = view.missed;
  const each = missedAtOnce(numbers, space);
  const pages = Math.ceil(numbers.length / each);
  const page = turn % pages;
  return html`<section class="missed" aria-label=${t('board.missed')}>
    <h2>${both('board.missed')}${pages > 1 ? html` <small class="figures">${page + 1}/${pages}</small>` : nothing}</h2>
    <ul role="list">${numbers.slice(page * each, (page + 1) * each).map((number) => html`<li class="number">${number}</li>`)}</ul>
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

function head({ view, date, time, zone, silent, onTouch, has }) {
  return html`<header class="head">
    <div class="house">
      <h1>${pick(view.hall, 'id')}</h1>
      <p>${pick(view.zone || view.name, 'id')}</p>
    </div>
    ${view.training ? html`<p class="training">${t('common.training', {}, 'id')}</p>` : nothing}
    ${silent ? html`<button class="button primary sound" @click=${onTouch}>${both('board.touch_for_sound')}</button>` : nothing}
    ${has('clock')
      ? html`<p class="date"><b>${date[0]}</b>${date[1]}</p>
          <p class="clock number">${time}<small>${zone}</small></p>`
      : nothing}
  </header>`;
}

/** A board of the hall or of a zone. */
export function board(state) {
  const { view, has } = state;
  return html`${head(state)}
    ${calls(state)}
    ${side(state)}
    ${has('missed') && view.missed.length ? missedList(state) : nothing}
    ${has('notices') && view.notices.length ? notices(view.notices) : nothing}`;
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
  const { view, calls: known, fresh, has } = state;
  const number = view.counter.current;
  const call = number ? known.find((one) => one.number === number) || { number, at: '' } : null;
  const isFresh = Boolean(call && call.at && fresh(call));
  const agency = view.waiting.find((row) => row.agency === view.counter.agency);
  return html`${head(state)}
    <section class="sign ${view.counter.state} ${isFresh ? 'is-new' : ''}">
      <p class="place"><span>${both('common.counter')}</span> <b class="number">${view.counter.number}</b></p>
      <p class="agency">${agency ? pick(agency.name, 'id') : pick(view.counter.name, 'id')}</p>
      ${number ? html`<p class="number current" data-figures=${Math.min(8, number.length)} data-call=${call.at ? keyOf(call) : number}>${number}</p>` : nothing}
      <p class="state" role="status">${signState(view, call, isFresh)}</p>
    </section>
    ${has('notices') && view.notices.length ? notices(view.notices) : nothing}`;
}
