// The list: narrowing it, and choosing several rows. Both are forms that work without this.
import { $ } from './page.js';
import { go } from './swap.js';

const boxes = () => [...document.querySelectorAll('#queue .pick input')];
const entry = row => row?.closest('.entry');

function count() {
  const number = $('#picks output');
  if (number) number.textContent = boxes().filter(box => box.checked).length;
}

// Choose the row the eye is on, or not any more; `on` says which, if that is known.
export function pick(row, on) {
  const box = $('.pick input', entry(row) ?? document.createElement('i'));
  if (!box) return;
  box.checked = on ?? !box.checked;
  count();
}

export function search() {
  const panel = $('#sieve details');
  if (!panel) return;
  panel.open = true;
  $('#search').focus();
}

export function start() {
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!form.matches('#filter, #picks')) return;
    event.preventDefault();
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) if (value) asked.append(name, value);
    go(`${form.getAttribute('action')}?${asked}`);
  });
  document.addEventListener('change', event => { if (event.target.matches('.pick input')) count(); });
  document.addEventListener('click', event => {
    if (!event.target.closest('[data-all]')) return;
    const all = boxes(), some = all.some(box => !box.checked);
    for (const box of all) box.checked = some;
    count();
  });
  document.addEventListener('desk:list', count);
}
