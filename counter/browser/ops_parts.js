// The supervisor's page, part by part: alerts on the left, printers on the right.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { SIGNS, actionsOf, gone, places, since, under, weight } from './ops_model.js';

const say = ({ key, params }) => t(key, params);

export function head({ user, language, speak, time }) {
  return html`<h1>${t('ops.title')}</h1>
    <p class="figures clock">${time}</p>
    <p class="who">${user}</p>
    <nav class="tools" aria-label=${t('ops.tools')}>
      <span class="languages" role="group" aria-label=${t('common.language')}>
        ${['id', 'en'].map(
          (each) => html`<button type="button" lang=${each} aria-pressed=${each === language ? 'true' : 'false'}
            title=${t(`common.language_${each}`)} @click=${() => speak(each)}>${each.toUpperCase()}<span
            class="visually-hidden"> ${t(`common.language_${each}`)}</span></button>`,
        )}
      </span>
      <a href="/staff">${t('ops.staff')}</a>
      <a href="/">${t('ops.home')}</a>
    </nav>`;
}

/** The alerts, newest first. `now`: server time, milliseconds. */
export function alerts(model, now) {
  const list = model.view.alerts;
  return html`<h2 id="alerts-title">${t('ops.alerts')}${list.length ? html` <span class="count figures">${list.length}</span>` : nothing}</h2>
    ${list.length
      ? html`<ol role="list">${list.map(
          (each) => html`<li class=${each.serious ? 'bad' : 'warn'} data-alert=${each.code} data-printer=${each.printer}>
            <span class="sign" aria-hidden="true">${each.serious ? '!' : '◐'}</span>
            <p>${pick(each.sentence)}${each.printer
              ? html` <a href="#printer-${each.printer}">${t('ops.look', { printer: nameOf(model, each.printer) })}</a>`
              : nothing}</p>
            <p class="when figures">${say(since(each.at, now))}</p>
          </li>`,
        )}</ol>`
      : html`<p class="calm">${t('ops.calm')}</p>`}`;
}

function nameOf(model, id) {
  const printer = model.view.printers.find((each) => each.id === id);
  return printer ? printer.name : id;
}

function told(press) {
  if (!press || press.state === 'under') return nothing;
  if (press.state === 'done') {
    return html`<span class="told good">✓ ${t(`ops.done.${press.action}`, { number: press.number })}</span>`;
  }
  const { title, detail } = press.problem;
  return html`<span class="told bad"><span aria-hidden="true">!</span> ${detail || title}</span>`;
}

function buttons(model, job, does) {
  if (!model.mayAct) return nothing;
  const busy = under(model, job.job);
  return actionsOf(job).map(
    (action) => html`<button type="button" class="button" data-action=${action} aria-disabled=${busy ? 'true' : 'false'}
      aria-label=${t(`ops.${action}_number`, { number: job.number })}
      @click=${() => does.press(job, action)}>${t(`ops.${action}`)}</button>`,
  );
}

/** Where the paper is to come out: only asked where there is more than one place. */
function where(model, job, does) {
  const list = places(model.view);
  if (!model.mayAct || list.length < 2 || !actionsOf(job).includes('print')) return nothing;
  const chosen = does.place(job);
  return html`<label class="where"><span class="visually-hidden">${t('ops.where', { number: job.number })}</span>
    <select class="field" @change=${(event) => does.choose(job, event.target.value)}>
      ${list.map((each) => html`<option value=${each.id} ?selected=${each.id === chosen}>${pick(each.name)}</option>`)}
    </select></label>`;
}

function jobLine(model, job, does) {
  return html`<li class="job ${job.state}" data-job=${job.job}>
    <span class="number">${job.number}</span>
    <span class="what"><b>${t(`ops.job.${job.state}`)}</b>${job.copy ? html` · ${t('ops.copy', { n: job.copy })}` : nothing}
      <span class="service">${pick(job.service_name)}</span>
      ${job.detail ? html`<span class="words">${job.detail}</span>` : nothing}</span>
    <span class="do">${where(model, job, does)}${buttons(model, job, does)}</span>
    <span class="result" role="status">${told(model.presses[job.job])}</span>
  </li>`;
}

function counts(printer) {
  const told = ['waiting', 'doubtful', 'failed'].filter((each) => printer[each]);
  return told.length
    ? html`<p class="counts figures">${told.map((each) => html`<span>${t(`ops.count.${each}`, { n: printer[each] })}</span>`)}</p>`
    : nothing;
}

function printerPart(model, printer, now, does) {
  const kiosks = printer.kiosks.map((each) => pick(each.name)).join(', ');
  const spare = printer.spare ? t('ops.spare', { printer: nameOf(model, printer.spare) }) : '';
  const more = printer.waiting + printer.doubtful + printer.failed - printer.jobs.length;
  return html`<article class="printer ${weight(printer.state)}" id="printer-${printer.id}" data-printer=${printer.id}
      data-state=${printer.state} aria-labelledby="name-${printer.id}">
    <header>
      <h3 id="name-${printer.id}">${printer.name}</h3>
      <p class="state"><span class="sign" aria-hidden="true">${SIGNS[printer.state] || '▲'}</span> ${t(`ops.state.${printer.state}`)}</p>
      <p class="when figures">${printer.since ? say(since(printer.since, now)) : ''}</p>
    </header>
    <p class="place">${kiosks || t('ops.no_kiosk')}${spare ? ` · ${spare}` : ''}</p>
    ${printer.detail ? html`<p class="words">${t('ops.words', { words: printer.detail })}</p>` : nothing}
    ${counts(printer)}
    ${printer.jobs.length
      ? html`<ul role="list" class="jobs">${printer.jobs.map((job) => jobLine(model, job, does))}</ul>`
      : nothing}
    ${more > 0 ? html`<p class="more figures">${t('ops.more', { n: more })}</p>` : nothing}
    <div class="results" role="status">${gone(model, printer).map((press) => html`<p>${told(press)}</p>`)}</div>
  </article>`;
}

/** Every printer. `does`: `{press(job, action), place(job), choose(job, kiosk)}`. */
export function printers(model, now, does) {
  const list = model.view.printers;
  return html`<h2 id="printers-title">${t('ops.printers')}</h2>
    ${list.length ? list.map((each) => printerPart(model, each, now, does)) : html`<p class="calm">${t('ops.no_printers')}</p>`}`;
}
