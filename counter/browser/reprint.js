// "Print again" for the ticket at the counter: where it is to come out, what is sent, what is told. No action of the queue.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { either, errorLine, feet } from './dialog_parts.js';

/** Where it is sent. */
export const PRINTS = '/api/v1/prints';

/** How long it stays said that it is being printed, milliseconds. */
const SAID_MS = 6000;

/** Kiosks at which paper can come out. */
export const printing = (kiosks) => kiosks.filter((each) => each.printer);

/** The desk with what is said after a print was asked for. */
export function said(model, { number, kiosk }, at) {
  const lists = model.dialog && model.dialog.lists;
  const place = (lists && lists.kiosks ? lists.kiosks : []).find((each) => each.id === kiosk);
  return { ...model, printed: { number, place: place ? place.name : null, at } };
}

/** What is said of it, or nothing: it ends with the ticket, or after a while. */
export function saidLine(model, now) {
  const { printed, view } = model;
  if (!printed || now - printed.at >= SAID_MS || !view.current || view.current.number !== printed.number) return nothing;
  const words = printed.place
    ? t('counter.reprint.done', { number: printed.number, kiosk: pick(printed.place) })
    : t('counter.reprint.done_there', { number: printed.number });
  return html`<p class="said"><span class="sign" aria-hidden="true">✓</span> <span>${words}</span></p>`;
}

/** The dialog: where the paper is to come out. */
export function reprintForm(model, does) {
  const { dialog, view } = model;
  const { id: ticket, number } = view.current;
  const ready = !model.under;
  const body = dialog.kiosk ? { ticket, kiosk: dialog.kiosk } : { ticket };
  const places = dialog.lists && dialog.lists.kiosks ? printing(dialog.lists.kiosks) : [];
  const choices = [
    { id: '', words: t('counter.reprint.last') },
    ...places.map((each) => ({ id: each.id, words: pick(each.name) })),
  ];
  return html`<form @submit=${(event) => does.submit(event, ready, body)}>
    <h2 id="asked">${t('counter.reprint.title', { number })}</h2>
    <p class="hint">${t('counter.reprint.hint')}</p>
    ${either('kiosk', t('counter.reprint.where'), choices, dialog.kiosk, (kiosk) => does.type({ kiosk }))}
    ${dialog.lists === 'failed'
      ? html`<p class="hint">${t('counter.ask.lists_failed')}
          <button type="button" class="button" @click=${does.load}>${t('common.retry')}</button></p>`
      : nothing}
    ${errorLine(model.problem)}
    ${feet(model, t('counter.reprint.do'), ready, does.cancel)}
  </form>`;
}
