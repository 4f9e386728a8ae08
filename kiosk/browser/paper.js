/** What became of the paper, said under the number: it comes, it is there, did it come?, it did not. */
import { html, nothing } from 'lit-html';
import { t } from '../../core/web/browser/words.js';
import { PAPER_COMING, PAPER_OUT } from './flow.js';
import { icons } from './icons.js';

/** Which words tell it, by the state of the print job and what the citizen said of it. */
export function saying(print, answer, own) {
  const elsewhere = print.printer && own && print.printer !== own;
  if (answer?.answer === 'seen' && answer.status === 'done') return 'seen';
  if (PAPER_COMING.has(print.state)) return elsewhere ? 'coming.elsewhere' : 'coming';
  if (PAPER_OUT.has(print.state)) return elsewhere ? 'elsewhere' : 'below';
  if (print.state === 'doubtful') {
    if (!answer) return 'doubtful';
    if (answer.status === 'sending') return answer.answer === 'seen' ? 'seen' : 'coming';
    return 'failed'; // asked for again, or refused: staff help
  }
  return print.state === 'failed' ? 'failed' : 'none';
}

function line(words, facts, arrow) {
  return html`<p class="paper">${icons.paper}<span>${t(words, facts)}</span>${arrow ? icons.down : nothing}</p>`;
}

function lack(words) {
  return html`
    <div class="paper failed">
      <p class="first">${t(words)}</p>
      <p>${t('kiosk.paper.note')}</p>
    </div>`;
}

/** Nobody knows, so the citizen is asked; never printed a second time by itself. */
function question(k) {
  const say = (answer) => k.send({ type: 'answer', answer, key: k.newKey() });
  return html`
    <div class="paper asked">
      <p class="first">${t('kiosk.paper.doubtful')}</p>
      <div class="answers">
        <button type="button" class="choice other yes" @click=${() => say('seen')}>
          <span class="what">${t('kiosk.paper.yes')}</span></button>
        <button type="button" class="choice other no" @click=${() => say('again')}>
          <span class="what">${t('kiosk.paper.no')}</span></button>
      </div>
    </div>`;
}

/** The part of the result screen that speaks of the paper. */
export function paper(k) {
  const { print, answer } = k.state;
  const words = saying(print, answer, k.view.printer);
  const facts = { printer: k.printerName(print.printer) };
  if (words === 'doubtful') return question(k);
  if (words === 'failed' || words === 'none') return lack(`kiosk.paper.${words}`);
  return line(`kiosk.paper.${words}`, facts, words === 'coming' || words === 'below');
}

/** The same in one sentence, for a screen reader and the headphone. */
export function paperSentence(k) {
  const { print, answer } = k.state;
  const words = saying(print, answer, k.view.printer);
  return t(`kiosk.paper.${words}`, { printer: k.printerName(print.printer) });
}
