/** No way out of the page: menus, dragging, zooming, printing and the browser's own keys. */

/** The browser's keys that lead away or change the page. F5 stays: it only begins the page anew. */
export function leadsAway({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey) return key.toLowerCase() !== 'r';
  if (altKey) return ['ArrowLeft', 'ArrowRight', 'Home', 'F4', 'd', 'D'].includes(key);
  return /^F([1-46-9]|1[0-2])$/.test(key) || key.startsWith('Browser') || key === 'ContextMenu' || key === 'PrintScreen';
}

const REFUSED = ['contextmenu', 'dragstart', 'drop', 'dragover', 'gesturestart', 'gesturechange', 'auxclick'];

/** Put the fence up around a document. What the system itself takes (Alt+Tab) is for the kiosk's set-up. */
export function fence(document) {
  const refuse = (event) => event.preventDefault();
  const caught = { capture: true, passive: false };
  REFUSED.forEach((name) => document.addEventListener(name, refuse, caught));
  document.addEventListener('wheel', (event) => (event.ctrlKey ? refuse(event) : null), caught);
  document.addEventListener('touchmove', (event) => (event.touches.length > 1 ? refuse(event) : null), caught);
  document.addEventListener('keydown', (event) => (leadsAway(event) ? refuse(event) : null), caught);
}
