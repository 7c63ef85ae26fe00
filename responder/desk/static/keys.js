// Keys. Single letters act outside fields only, each has a button as well, and they can be turned off.
import { $, inField } from './page.js';
import { pick, search } from './queue.js';

const rows = () => [...document.querySelectorAll('#queue a.row')];
const visible = element => !!element && element.getClientRects().length > 0;
const enabled = () => localStorage.getItem('desk-keys') !== 'off';

// The row the eye is on.
const current = () => document.activeElement?.closest?.('#queue .entry')?.querySelector('a.row') ?? $('#queue a.row[aria-current]');

function step(by) {
  const all = rows(), at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
  return next;
}

function extend(by) {
  const from = current();
  if (from) pick(from, true);
  pick(step(by), true);
}

function open(panel) {
  if (!panel) return;
  panel.open = true;
  $('input:checked, textarea, select, button', panel)?.focus();
}

function leave() {
  const here = document.activeElement, panel = here.closest?.('details[open]');
  if (panel) {
    panel.open = false;
    $('summary', panel).focus();
  } else if (inField(here)) ($('#item') ?? $('#main')).focus({ preventScroll: true });
  else {
    const row = $('#queue a.row[aria-current]') ?? rows()[0];
    if (visible(row)) row.focus();
    else $('a.back')?.click();
  }
}

function edit() {
  const words = $('#words');
  if (!words || words.readOnly) return;
  words.focus();
  words.setSelectionRange(words.value.length, words.value.length);
}

const help = () => $('#help').showModal();

const acts = {
  j: () => step(1),
  k: () => step(-1),
  J: () => extend(1),
  K: () => extend(-1),
  o: () => current()?.click(),
  x: () => pick(current()),
  p: () => $('a.play')?.click(),
  a: () => $('#approve')?.click(),
  e: edit,
  r: () => open($('#reject')),
  h: () => open($('#hide')),
  s: () => open($('#snooze')),
  n: () => open($('#note')),
  t: () => $('#take')?.click(),
  u: () => $('#toast form[data-undo] button')?.click(),
  g: () => { going = performance.now(); },
  '/': search,
  '.': help,
  '?': help,
};

// Where the keyboard writes Greek or Cyrillic, a key is the Latin letter of its place.
function letter({ key, code, shiftKey }) {
  if (!/^[\p{Script=Greek}\p{Script=Cyrillic}]$/u.test(key) || !/^Key[A-Z]$/.test(code)) return key;
  return shiftKey ? code[3] : code[3].toLowerCase();
}

// After g: where to.
const places = { a: '/', t: '/trends', h: '/health', l: '/library' };
const PATIENCE = 1500;
let going = -PATIENCE;
function gone(key) {
  const soon = performance.now() - going < PATIENCE && Object.hasOwn(places, key);
  going = -PATIENCE;
  if (soon) $(`.screens a[href="${places[key]}"]`)?.click();
  return soon;
}

export function start() {
  document.addEventListener('keydown', event => {
    if ($('dialog[open]') || event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      if (event.target.id !== 'words') return;
      event.preventDefault();
      $('#approve')?.click();
    } else if (event.key === 'Escape') leave();
    else if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || !enabled()) return;
    else if (gone(letter(event))) event.preventDefault();
    else if (Object.hasOwn(acts, letter(event))) {
      event.preventDefault();
      if (!event.repeat || 'jkJK'.includes(letter(event))) acts[letter(event)]();
    }
  });
  document.addEventListener('click', event => {
    if (event.target.closest('[data-help]')) $('#help').showModal();
    const menu = $('#account[open]');
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  const choice = $('#single-keys');
  choice.checked = enabled();
  choice.addEventListener('change', () => localStorage.setItem('desk-keys', choice.checked ? 'on' : 'off'));
}
