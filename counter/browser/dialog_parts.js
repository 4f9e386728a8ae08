// Pieces that every dialog of the workstation uses: the refusal, the feet, a choice by key, a choice from a list.
import { html, nothing } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { pick, t } from '../../core/web/browser/words.js';
import { found } from './targets.js';

/** The words of a problem: what the server says, or that it has said nothing. */
export function problemWords(problem) {
  if (problem.status === 0) return t('counter.unanswered');
  if (problem.code === 'wrong_state' && problem.found && problem.number) {
    return t(`counter.found.${problem.found}`, { number: problem.number });
  }
  return problem.detail || problem.title || t('counter.refused');
}

export function errorLine(problem) {
  return html`<div class="beside" role="alert">${problem
    ? html`<p class="problem"><span class="sign" aria-hidden="true">!</span><span>${problemWords(problem)}</span></p>`
    : nothing}</div>`;
}

/** The dominant answer, others beside it (`[{words, enabled, does}]`), and the way back. */
export function feet(model, words, enabled, cancel, others = []) {
  return html`<div class="feet">
    <button type="submit" class="button primary" aria-disabled=${enabled ? 'false' : 'true'}>${
      model.under ? t('counter.sending') : words
    }</button>
    ${others.map(
      (each) => html`<button type="button" class="button" aria-disabled=${each.enabled ? 'false' : 'true'}
        @click=${each.does}>${each.words}</button>`,
    )}
    <button type="button" class="button" @click=${cancel}>${t('common.cancel')}</button>
  </div>`;
}

/** Only the way back: where each choice is an answer by itself. */
export function back(cancel) {
  return html`<div class="feet"><button type="button" class="button" @click=${cancel}>${t('common.cancel')}</button></div>`;
}

/** Answers that are one press away. `each`: `{words, does}`; the digit is its place. */
export function choices(list) {
  return html`<div class="choices">
    ${list.map(
      ({ words, does }, index) => html`<button type="button" class="button choice" data-digit=${index + 1} @click=${does}>
        <span>${words}</span><kbd>${index + 1}</kbd></button>`,
    )}
  </div>`;
}

/** A few answers of which one holds. `list`: `[{id, words}]`. */
export function either(name, legend, list, chosen, choose) {
  return html`<fieldset class="either">
    <legend>${legend}</legend>
    ${list.map(
      ({ id, words }) => html`<label><input type="radio" name=${name} value=${id} .checked=${live(id === chosen)}
        @change=${() => choose(id)} /> ${words}</label>`,
    )}
  </fieldset>`;
}

/** Numbers of which one holds; nothing to choose where there is only one. */
export function numbers(legend, list, chosen, choose) {
  if (list.length < 2) return nothing;
  return html`<fieldset class="options short"><legend>${legend}</legend>
    ${list.map(
      (each) => html`<label class="option"><input type="radio" name="number" value=${each.number}
        .checked=${live(each.number === chosen)} @change=${() => choose(each.number)} />
        <strong class="number">${each.number}</strong> <span>${pick(each.service_name)}</span></label>`,
    )}
  </fieldset>`;
}

function note(each) {
  const words = [
    each.at ? t('counter.ask.at_counter', { counter: pick(each.at) }) : '',
    each.note,
    each.closed ? t('counter.ask.closed_now') : '',
    each.state && each.state !== 'open' ? t(`counter.state.${each.state}`).toLowerCase() : '',
  ].filter(Boolean);
  return html`<span class="note">${words.join(' · ')}</span>`;
}

/**
 * A list with a field to search in. `choices`: as `targets.js` makes them, null while they come.
 * `does`: `{type(fields), load()}`. `several`: the ids that are ticked, instead of one that is chosen.
 */
export function picker(dialog, { legend, list, empty, several = null, toggle = null }, does) {
  if (dialog.lists === 'failed') {
    return html`<p class="hint">${t('counter.ask.lists_failed')}
      <button type="button" class="button" @click=${does.load}>${t('common.retry')}</button></p>`;
  }
  const shown = list === null ? [] : found(list, dialog.query || '');
  const options = shown.map((each) => {
    const ticked = several ? several.includes(each.id) : each.id === dialog.chosen;
    const change = several ? () => toggle(each.id) : () => does.type({ chosen: each.id });
    return html`<label class="option ${each.away ? 'away' : ''}"><input type=${several ? 'checkbox' : 'radio'} name="option" value=${each.id}
      ?disabled=${each.away} .checked=${live(ticked)} @change=${change} /><span>${pick(each.name)}</span>${note(each)}</label>`;
  });
  const none = list === null ? t('common.loading') : list.length === 0 ? empty : t('counter.ask.nothing_found');
  return html`
    ${several
      ? nothing
      : html`<label>${t('counter.ask.search')}
          <input class="field" name="query" type="search" autocomplete="off" spellcheck="false"
            .value=${live(dialog.query)} @input=${(event) => does.type({ query: event.target.value, chosen: '' })} /></label>`}
    <fieldset class="options ${list && list.length === 0 ? 'short' : ''}"><legend>${legend}</legend>
      ${options.length ? options : html`<p class="none" role="status">${none}</p>`}</fieldset>`;
}
