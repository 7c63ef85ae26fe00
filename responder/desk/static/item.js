// Around one item: pictures on demand, an item that frees itself, and how many notices are new.
import { typing } from './beside.js';
import { $, ask, inField, put, Trouble } from './page.js';
import { go } from './swap.js';

// A picture takes the place of the link that asked for it, with the words its author gave it.
function show(link) {
  const picture = document.createElement('img');
  const { alt, lang, failed } = link.dataset;
  Object.assign(picture, { alt, src: link.href, loading: 'eager' });
  if (lang) picture.lang = lang;
  picture.addEventListener('error', () => {
    const sorry = document.createElement('span');
    sorry.setAttribute('role', 'status');
    sorry.textContent = failed;
    picture.replaceWith(sorry);
  });
  link.replaceWith(picture);
  picture.tabIndex = -1;
  picture.focus({ preventScroll: true });
}

// What somebody else has open is looked at again once their claim would have ended.
let waiting;
function watch() {
  clearTimeout(waiting);
  const taken = $('[data-free-in]');
  if (taken) waiting = setTimeout(again, 1000 * (Number(taken.dataset.freeIn) + 1));
}
async function again() {
  if (!$('[data-free-in]')) return;
  const busy = document.hidden || inField(document.activeElement) || typing();
  if (busy) waiting = setTimeout(again, 10_000);
  else if (!await go(location.href, { push: false, focus: document.activeElement === $('#item') })) watch();
}

let asking;
async function ring() {
  try {
    const { answer, text } = await ask('/notices/count');
    if (answer.ok && !$('#bell')?.contains(document.activeElement)) put('#bell', text);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line tells
  }
}
const soon = () => { clearTimeout(asking); asking = setTimeout(ring, 700); };

export function start() {
  document.addEventListener('click', event => {
    const link = event.target.closest('a[data-picture]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
  document.addEventListener('toggle', event => {
    if (event.target.matches('#item .panel[open]')) event.target.scrollIntoView({ block: 'nearest' });
  }, true);
  document.addEventListener('desk:shown', () => { watch(); soon(); });
  watch();
  if (!$('#bell') || !$('#work')) return;
  new BroadcastChannel('desk-live').onmessage = event => { if (event.data.type === 'changed') soon(); };
}
