// Whether single letters act (WCAG 2.1.4: they can be switched off), kept for this browser.

const NAME = 'antrean.workstation.keys';

export function shortcutsWanted() {
  try {
    return localStorage.getItem(NAME) !== 'off';
  } catch (_) {
    return true; // storage is blocked: the keys stay on for this page
  }
}

export function rememberShortcuts(on) {
  try {
    localStorage.setItem(NAME, on ? 'on' : 'off');
  } catch (_) {
    // only this page remembers
  }
}
