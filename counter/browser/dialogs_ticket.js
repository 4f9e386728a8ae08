// Dialogs about the ticket at the counter: park it, send it on, add a service, say how it ended.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { PARK_MINUTES, TARGETS, transferBody } from './asking.js';
import { back, choices, either, errorLine, feet, picker } from './dialog_parts.js';
import { addChoices, found, transferChoices } from './targets.js';

/** For how long; each answer is sent at once. */
export function parkForm(model, does) {
  const { number } = model.view.current;
  const answer = (minutes) => (event) => does.submit(event, !model.under, minutes ? { minutes } : {});
  return html`<form @submit=${(event) => does.submit(event, false)}>
    <h2 id="asked">${t('counter.ask.park.title', { number })}</h2>
    <p class="hint">${t('counter.ask.park.hint')}</p>
    ${choices(
      PARK_MINUTES.map((minutes) => ({
        words: minutes ? t('counter.ask.park.minutes', { minutes }) : t('counter.ask.park.no_limit'),
        does: answer(minutes),
      })),
    )}
    <p class="hint">${t('counter.ask.park.limit')}</p>
    ${errorLine(model.problem)}
    ${back(does.cancel)}
  </form>`;
}

const loaded = (dialog) => (dialog.lists && dialog.lists !== 'failed' ? dialog.lists : null);

/** The first press of Enter in the search takes the first that was found; the next one sends. */
function chooseOrSend(event, { list, dialog, body, ready }, does) {
  const first = list === null || dialog.chosen ? null : found(list, dialog.query).find((each) => !each.away);
  if (!dialog.chosen && dialog.query && first) {
    event.preventDefault();
    does.type({ chosen: first.id });
  } else {
    does.submit(event, ready, body);
  }
}

/** To a service of any agency, to a counter, to an officer; by the time of arrival or at the end. */
export function transferForm(model, does) {
  const { dialog, view } = model;
  const { number } = view.current;
  const lists = loaded(dialog);
  const list = lists && transferChoices(lists, dialog.to, view);
  const body = transferBody(dialog);
  const ready = !model.under && body !== null;
  const kinds = TARGETS.map((id) => ({ id, words: t(`counter.ask.transfer.${id}`) }));
  const places = ['original', 'end'].map((id) => ({ id, words: t(`counter.ask.transfer.${id}`) }));
  return html`<form @submit=${(event) => chooseOrSend(event, { list, dialog, body, ready }, does)}>
    <h2 id="asked">${t('counter.ask.transfer.title', { number })}</h2>
    ${either('to', t('counter.ask.transfer.to'), kinds, dialog.to, (to) => does.type({ to, query: '', chosen: '' }))}
    ${picker(
      dialog,
      {
        legend: t('counter.ask.transfer.choose'),
        list,
        empty: dialog.to === 'officer' ? t('counter.ask.transfer.no_officers') : t('counter.ask.nothing_found'),
      },
      does,
    )}
    ${either('join', t('counter.ask.transfer.join'), places, dialog.join, (join) => does.type({ join }))}
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.transfer.do', { number }), ready, does.cancel)}
  </form>`;
}

/** One more service on the ticket. */
export function addForm(model, does) {
  const { dialog, view } = model;
  const { number } = view.current;
  const lists = loaded(dialog);
  const list = lists && addChoices(lists.services, view);
  const body = { service: dialog.chosen };
  const ready = !model.under && Boolean(dialog.chosen);
  return html`<form @submit=${(event) => chooseOrSend(event, { list, dialog, body, ready }, does)}>
    <h2 id="asked">${t('counter.ask.add.title', { number })}</h2>
    <p class="hint">${t('counter.ask.add.hint')}</p>
    ${picker(dialog, { legend: t('counter.ask.add.choose'), list, empty: t('counter.ask.nothing_found') }, does)}
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.add.do'), ready, does.cancel)}
  </form>`;
}

/** How serving ended, where the service asks; each answer is sent at once. */
export function outcomeForm(model, does) {
  const { current } = model.view;
  return html`<form @submit=${(event) => does.submit(event, false)}>
    <h2 id="asked">${t('counter.ask.finish.title', { number: current.number })}</h2>
    ${model.dialog.kind === 'finish-next' ? html`<p class="hint">${t('counter.ask.finish.then_next')}</p>` : nothing}
    ${choices(
      current.outcomes.map((each) => ({
        words: pick(each.name),
        does: (event) => does.submit(event, !model.under, { outcome: each.id }),
      })),
    )}
    ${errorLine(model.problem)}
    ${back(does.cancel)}
  </form>`;
}
