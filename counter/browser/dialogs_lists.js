// Dialogs about those who are not at the counter: parked and missed numbers, services of colleagues.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { parkedStanding, toggled, unparkBody } from './asking.js';
import { back, errorLine, feet, numbers, picker } from './dialog_parts.js';
import { helpChoices } from './targets.js';

function named(ticket) {
  if (!ticket) return nothing;
  return html`<p class="standing-line"><strong>${ticket.number}</strong> ${pick(ticket.service_name)}</p>`;
}

/** A parked number: served on at once where it was parked, or waiting again. */
export function unparkForm(model, does) {
  const { dialog, view } = model;
  const { number } = dialog;
  const { ticket, atOnce } = parkedStanding(view, number);
  const ready = !model.under && ticket !== null;
  const wait = (event) => does.submit(event, ready, unparkBody(number, true));
  const words = { now: t('counter.ask.unpark.now'), wait: t('counter.ask.unpark.wait') };
  const busy = ticket && ticket.here && view.current;
  return html`<form @submit=${(event) => does.submit(event, ready, unparkBody(number, !atOnce))}>
    <h2 id="asked">${t('counter.ask.unpark.title')}</h2>
    ${numbers(t('counter.ask.unpark.choose'), view.parked, number, (chosen) => does.type({ number: chosen }))}
    ${view.parked.length < 2 ? named(ticket) : nothing}
    <p class="hint">${busy ? html`${t('counter.ask.unpark.busy', { number: view.current.number })} ` : nothing}${
      atOnce ? nothing : t('counter.ask.unpark.wait_hint')
    }</p>
    ${errorLine(model.problem)}
    ${feet(model, atOnce ? words.now : words.wait, ready, does.cancel, atOnce ? [{ words: words.wait, enabled: ready, does: wait }] : [])}
  </form>`;
}

/** A missed number is here after all. */
export function restoreForm(model, does) {
  const { dialog, view } = model;
  const { number } = dialog;
  const ready = !model.under && Boolean(number);
  return html`<form @submit=${(event) => does.submit(event, ready, { number })}>
    <h2 id="asked">${t('counter.ask.restore.title')}</h2>
    ${numbers(t('counter.ask.restore.choose'), view.missed, number, (chosen) => does.type({ number: chosen }))}
    ${view.missed.length < 2 ? named(view.missed[0]) : nothing}
    <p class="hint">${t('counter.ask.restore.hint')}</p>
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.restore.do', { number }), ready, does.cancel)}
  </form>`;
}

/** Services of the agency that this counter calls for after its own. */
export function helpForm(model, does) {
  const { dialog, view } = model;
  const lists = dialog.lists && dialog.lists !== 'failed' ? dialog.lists : null;
  const list = lists && helpChoices(lists.services, view);
  const nothingToHelp = list !== null && list.length === 0 && view.helping.length === 0;
  const ready = !model.under && list !== null && !nothingToHelp;
  return html`<form @submit=${(event) => does.submit(event, ready, { services: dialog.services })}>
    <h2 id="asked">${t('counter.ask.help.title')}</h2>
    <p class="hint">${t('counter.ask.help.hint')}</p>
    ${picker(
      dialog,
      {
        legend: t('counter.ask.help.choose'),
        list,
        empty: t('counter.ask.help.none'),
        several: dialog.services,
        toggle: (id) => does.type({ services: toggled(dialog.services, id) }),
      },
      does,
    )}
    ${errorLine(model.problem)}
    ${nothingToHelp ? back(does.cancel) : feet(model, t('counter.ask.help.do'), ready, does.cancel)}
  </form>`;
}
