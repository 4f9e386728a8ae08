// The hall's clock: the server's time in the hall's zone, whatever the device believes.
import { language } from './words.js';

const ZONES = { 420: 'WIB', 480: 'WITA', 540: 'WIT' };

/** A date whose UTC fields are the hall's. */
function local(ms, minutes) {
  return new Date(ms + minutes * 60_000);
}

function two(number) {
  return String(number).padStart(2, '0');
}

/** 09.05 in Indonesian, 09:05 in English. @param {number} minutes offset of the hall's zone */
export function timeText(ms, minutes, lang = language()) {
  const at = local(ms, minutes);
  return `${two(at.getUTCHours())}${lang === 'id' ? '.' : ':'}${two(at.getUTCMinutes())}`;
}

/** The same of an ISO instant that carries the hall's offset. */
export function timeOf(iso, lang = language()) {
  const parts = /T(\d\d):(\d\d)/.exec(iso || '');
  return parts ? `${parts[1]}${lang === 'id' ? '.' : ':'}${parts[2]}` : '';
}

function dateWords(ms, minutes, lang, fields) {
  return local(ms, minutes).toLocaleDateString(lang === 'id' ? 'id-ID' : 'en-GB', { timeZone: 'UTC', ...fields });
}

/** 24 November 2026. */
export function dateText(ms, minutes, lang = language()) {
  return dateWords(ms, minutes, lang, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** Selasa. */
export function weekdayText(ms, minutes, lang = language()) {
  return dateWords(ms, minutes, lang, { weekday: 'long' });
}

/** WIB, WITA, WIT; otherwise UTC+x. */
export function zoneText(minutes) {
  return ZONES[minutes] || `UTC${minutes < 0 ? '-' : '+'}${Math.abs(minutes) / 60}`;
}

/**
 * Call `show` now and whenever the minute changes.
 * @param {import('./sequence.js').ServerClock} clock @param {(now: number, minutes: number) => void} show
 */
export function tick(clock, show) {
  let shown = '';
  function look() {
    const key = `${Math.floor(clock.now() / 60_000)} ${clock.minutes} ${language()}`;
    if (key === shown) return;
    shown = key;
    show(clock.now(), clock.minutes);
  }
  look();
  const timer = setInterval(look, 500);
  return () => clearInterval(timer);
}
