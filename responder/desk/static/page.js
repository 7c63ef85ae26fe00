// The ground the other scripts stand on: parts of a page, and what the server says to a question.
const policy = window.trustedTypes?.createPolicy('desk', { createHTML: text => text }); // our own server's pages only
export const $ = (selector, root = document) => root.querySelector(selector);
// Where letters are not ours: every control, since letters choose in some, and all else of a form, but
// for the buttons of the item itself.
export const inField = element => !!element?.matches?.('input, textarea, select')
  || (!!element?.closest?.('form') && !(element.matches('button, summary') && element.closest('#item, #toast')));

export const parse = text => {
  const holder = document.createElement('template');
  holder.innerHTML = policy ? policy.createHTML(text) : text;
  return holder.content;
};

// What stands for an element once it was drawn anew: the same link or field, or what says the same.
export const twin = (element, root) => [...root.querySelectorAll(element.tagName)].find(other =>
  other.getAttribute('href') === element.getAttribute('href') && other.name === element.name && other.value === element.value
  && (element.matches('a, input, select, textarea') || other.textContent === element.textContent));

// Whoever is at something in the part is at the same thing afterwards, if it is still there.
export const put = (selector, text) => {
  const found = $(selector, parse(text)), old = $(selector), here = document.activeElement;
  if (!found || !old) return;
  const inside = old.contains(here);
  old.replaceWith(found);
  if (inside) twin(here, found)?.focus({ preventScroll: true });
};
export const fill = (selector, text) => $(selector)?.replaceChildren(parse(text));

export class Trouble extends Error {}

// No word of ours stands in the scripts: the page brings them, in its reader's language.
export const said = name => $('#said').dataset[name];

const PATIENCE = 30_000; // milliseconds

// `from`: where somebody comes back to who has to sign in first. The first question says it: what is
// asked behind it would lead to where they never were.
let leaving = false;
addEventListener('pageshow', () => { leaving = false; });
export async function ask(url, options = {}, from = location.pathname + location.search) {
  let answer;
  try {
    const signal = options.method === 'POST' ? undefined : AbortSignal.timeout(PATIENCE); // a read may be asked again
    answer = await fetch(url, { signal, ...options, headers: { 'desk-part': '1', ...options.headers } });
  } catch {
    throw new Trouble(said('away'));
  }
  const text = await answer.text().catch(() => { throw new Trouble(said('away')); });
  if (answer.status === 401) {
    if (!leaving) location.assign(`/sign-in?next=${encodeURIComponent(from)}`);
    leaving = true;
    throw new Trouble(said('out'));
  }
  return { answer, text };
}
