/**
 * Sound guidance through a headphone: says what is touched or has the focus, by the browser's own speech.
 * A browser without a voice of the language stays silent, and the page says so.
 */

const LOCALES = { id: 'id-ID', en: 'en-GB' };
const LOUDNESS = 1;
const RATE = 0.95; // a little slower than talk

/** The voice for a language: one on this machine before one of a server, which a hall may not reach. */
export function voiceFor(voices, lang) {
  const fitting = voices.filter((voice) => voice.lang.toLowerCase().replace('_', '-').split('-')[0] === lang);
  return fitting.find((voice) => voice.localService) ?? fitting[0] ?? null;
}

/** What is said of an element: its label, or the words it shows, closed up; a switch says whether it is on. */
export function spokenOf(element, t) {
  const label = element.getAttribute('aria-label') || element.innerText || element.textContent || '';
  const words = label.replace(/\s+/g, ' ').trim();
  const pressed = element.getAttribute('aria-pressed');
  if (pressed === null) return words;
  return `${words}, ${t(pressed === 'true' ? 'kiosk.sound.on' : 'kiosk.sound.off')}`;
}

/** Letters and digits one by one, as a number is called: "A 0 0 7". */
export const spelled = (number) => [...number].join(' ');

/** Speaks; without an engine or a voice it is a mute that can be asked. */
export class Guide {
  /** @param {SpeechSynthesis|undefined} engine @param {(text: string) => SpeechSynthesisUtterance} utter */
  constructor(engine, utter) {
    this.engine = engine;
    this.utter = utter;
    this.last = '';
  }

  /** Whether anything can be said in this language. Voices come late in some browsers, so ask each time. */
  can(lang) {
    return Boolean(this.engine && voiceFor(this.engine.getVoices(), lang));
  }

  /** Say it: instead of what is being said, or after it. Answers whether it can. */
  say(text, lang, { after = false } = {}) {
    const voice = this.engine ? voiceFor(this.engine.getVoices(), lang) : null;
    if (!voice || !text) return false;
    if (!after) this.engine.cancel();
    const speech = this.utter(text);
    Object.assign(speech, { voice, lang: voice.lang || LOCALES[lang], rate: RATE, volume: LOUDNESS });
    this.engine.speak(speech);
    this.last = text;
    return true;
  }

  hush() {
    if (this.engine) this.engine.cancel();
    this.last = '';
  }
}

/** The guide of this browser. */
export function guideOf(window) {
  const able = 'speechSynthesis' in window && typeof window.SpeechSynthesisUtterance === 'function';
  return new Guide(able ? window.speechSynthesis : undefined, (text) => new window.SpeechSynthesisUtterance(text));
}
