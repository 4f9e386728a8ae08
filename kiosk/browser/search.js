/** The search: what is typed, what fits, and keys large enough for every finger. */
import { html, nothing } from 'lit-html';
import { t } from '../../core/web/browser/words.js';
import { icons } from './icons.js';
import { around, paged } from './layout.js';
import { find } from './match.js';
import { agencyTile, serviceTile } from './start.js';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

function key(k, { name = '', words, label, text, off = false }) {
  return html`
    <button type="button" class="key ${name}" aria-label=${label ?? words} ?disabled=${off}
      @click=${() => k.send({ type: 'type', text })}>${name === 'erase' ? icons.erase : words}</button>`;
}

function keyboard(k, next) {
  const { query, page } = k.state;
  return html`
    <div class="keyboard" role="group" aria-label=${t('kiosk.keyboard')}>
      ${LETTERS.map((letter) => key(k, { words: letter, text: query + letter.toLowerCase() }))}
      ${key(k, { name: 'erase', label: t('kiosk.key.erase'), text: query.slice(0, -1), off: query === '' })}
      ${key(k, { name: 'space', words: t('kiosk.key.space'), text: `${query} ` })}
      ${key(k, { name: 'clear', words: t('kiosk.key.clear'), text: '', off: query === '' })}
      <button type="button" class="key further" ?disabled=${next === page}
        @click=${() => k.send({ type: 'page', page: next })}>${t('kiosk.results.more')}</button>
    </div>`;
}

function tile(k, hit) {
  if (hit.kind === 'agency') return agencyTile(k.view.agencies.find((each) => each.id === hit.id), k.send);
  const service = k.view.services.find((each) => each.id === hit.id);
  return serviceTile(service, k.send, k.agencyOf(service));
}

function said(query, count) {
  if (query.trim() === '') return t('kiosk.search.hint');
  if (count === 0) return t('kiosk.results.none');
  return t(count === 1 ? 'kiosk.results.one' : 'kiosk.results.many', { count });
}

/** On-screen keys do not take the focus from the field, so that a real keyboard goes on working. */
const stay = (event) => event.preventDefault();

export function search(k) {
  const { query, page } = k.state;
  const hits = find(k.entries, query);
  const shown = paged(hits, k.grids.results, page);
  const next = around(hits, k.grids.results, page).page;
  return {
    side: html`
      <div class="title">
        <h1 tabindex="-1"><label for="query">${t('kiosk.search.title')}</label></h1>
        <input id="query" class="query" type="text" inputmode="none" autocomplete="off" spellcheck="false"
          placeholder=${t('kiosk.search.example')} .value=${query}
          @input=${(event) => k.send({ type: 'type', text: event.target.value })}>
        <p class="lead" role="status">${said(query, hits.length)}</p>
      </div>`,
    work: html`
      <div class="grid results columns-${shown.columns}">
        ${hits.length === 0 ? nothing : shown.items.map((hit) => tile(k, hit))}
      </div>
      <div class="spring"></div>
      <div class="keys" @pointerdown=${stay} @mousedown=${stay}>${keyboard(k, next)}</div>`,
  };
}
