// Words beside the page: what was done, with the way back while there is one, and what was not done.
// Each goes by itself. A warning, and an undo that still counts, outlive what is told after them: of
// several approved in a row each can be taken back, the newest first.
import { $, said } from './page.js';

const boxes = () => [...document.querySelectorAll('#toast .toast')];

// The toast counts down and goes; its words for screen readers stand still.
function tick(box) {
  let left = Number(box.dataset.seconds ?? 6);
  const ticking = setInterval(() => {
    if (!box.isConnected) return clearInterval(ticking);
    const count = $('.count', box);
    if (count) count.textContent = Math.max(0, left - 1);
    if (--left > 0 || box.contains(document.activeElement)) return;
    clearInterval(ticking);
    if (!box.dataset.seconds && $('form', box)) return; // it waits, and can be taken back still
    box.remove();
  }, 1000);
}

// Whether something can be taken back that leaves by itself otherwise.
const counts = box => box.dataset.seconds && $('form[data-undo]', box);

// What a page has to tell.
export function tell(page) {
  const fresh = [...page.querySelectorAll('#toast .toast')];
  for (const box of boxes()) if (fresh.length ? !box.dataset.warns && !counts(box) : $('form', box) && !box.dataset.seconds) box.remove();
  $('#toast')?.prepend(...fresh);
  fresh.forEach(tick);
}

// What did not happen with an item that somebody has left, and the way back to it.
export function warn(who, sentence, href) {
  const box = document.createElement('div'), line = document.createElement('p'), back = document.createElement('a');
  box.className = 'toast';
  Object.assign(box.dataset, { warns: '1', seconds: 30 });
  line.textContent = `${who}: ${sentence}`;
  Object.assign(back, { href, textContent: said('back') });
  back.dataset.part = '';
  box.append(line, back);
  $('#toast')?.append(box);
  tick(box);
}

export function start() {
  document.addEventListener('submit', event => {
    event.target.removeAttribute('data-undo'); // the next one is the next to be taken back
  }, true);
  boxes().forEach(tick);
}
