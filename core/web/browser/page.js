// What the server wrote into the page: the snapshot of the view, and the page's settings.

/**
 * @typedef {object} Settings
 * @property {'id'|'en'} lang      language in which the page starts
 * @property {string} csrf         token for changing requests of a browser
 * @property {boolean} training    a training hall
 * @property {string} topic        live topic of this page, '' for none
 * @property {string} token        what the topic asks for, '' for none
 * @property {string} epoch        run of the server that made the snapshot
 * @property {number} seq          the snapshot's place in that run
 */

/** JSON of the script tag with this id, `otherwise` where the page has none. */
export function embedded(id, otherwise = null) {
  const tag = document.getElementById(id);
  return tag ? JSON.parse(tag.textContent || 'null') : otherwise;
}

/** The view with which the page was rendered. */
export function snapshot() {
  return embedded('snapshot');
}

/** @returns {Settings & Record<string, any>} */
export function settings() {
  return embedded('page', {});
}
