// The next item is fetched while this one is read: who approves has it before them at once, and the
// approval goes its way behind it. What it says of the one that was left comes as a word beside it.
import { $, ask, Trouble } from './page.js';
import { isChecked } from './words.js';

const PAUSE = 250; // milliseconds: who leafs through the list fetches nothing
let kept, timer, wanted; // `wanted`: the one that is being fetched

const row = id => id && $(`#queue a.row[data-id="${id}"]:not(.taken)`);

// The one the desk would open next: the next that nobody else has open, or the first such one.
function following() {
  const rows = [...document.querySelectorAll('#queue a.row')];
  const at = rows.findIndex(one => one.ariaCurrent === 'true');
  return [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))].find(one => !one.matches('.taken'));
}

async function fetchOne() {
  const next = following(), here = $('#item');
  if (!next || !$('#approve') || document.hidden) return;
  const mine = wanted = { id: next.dataset.id };
  try {
    const { answer, text } = await ask(next.href, { headers: { 'desk-peek': '1' } });
    if (answer.ok && $('#item') === here && wanted === mine) kept = { id: next.dataset.id, url: next.href, text };
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // it is asked for again once it is wanted
  }
}

function soon() {
  clearTimeout(timer);
  if (!row(kept?.id) || kept.id === $('#item')?.dataset.id) {
    kept = undefined;
    timer = setTimeout(fetchOne, PAUSE);
  }
}

// What the desk would say no to, as far as the page knows.
const hindered = () => !isChecked() || !!$('#notice [data-stale], #notice [data-reread], #findings .block, #findings .confirm input:not(:checked)');

// What was fetched, once; nothing if it is not there, or not the same any more.
export function take() {
  if (hindered()) return undefined;
  const found = row(kept?.id) && kept.id !== $('#item')?.dataset.id ? kept : undefined;
  kept = undefined;
  return found;
}

export function start() {
  document.addEventListener('desk:shown', soon);
  document.addEventListener('desk:list', soon);
  document.addEventListener('desk:changed', event => {
    const old = one => one && (event.detail.has(one.id) || event.detail.has('*'));
    if (!old(kept) && !old(wanted)) return;
    kept = wanted = undefined;
    soon();
  });
  soon();
}
