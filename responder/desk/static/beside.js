// What is typed beside the reply, a note or a reason: kept in this browser until its form has arrived.
import { $ } from './page.js';
import { choosing } from './swap.js';
import { PREFIX, dirty } from './words.js';

const FIELDS = '#item form :is(textarea, input:not([type]), input[type=text])';
const fields = (root = document) => [...root.querySelectorAll(FIELDS)].filter(one => one.name && one.id !== 'words' && one.form.id !== 'reply');
const place = field => {
  const { seat, id } = $('#item').dataset, deed = new URL(field.form.action).pathname.split('/').pop();
  return `${PREFIX}${seat}-${id}-${deed}-${field.name}`;
};

// Somebody is about to say something: nothing may be put in the place of what they look at.
export const typing = () => dirty() || choosing() || fields().some(one => one.value !== one.defaultValue);

// To call once a form has arrived: forgets what was in it, but not what was typed since.
export function forgetter(form) {
  const sent = fields().filter(one => one.form === form).map(one => [place(one), one.value]);
  return () => { for (const [name, text] of sent) if (sessionStorage.getItem(name) === text) sessionStorage.removeItem(name); };
}

function restore() {
  for (const field of fields()) {
    const kept = sessionStorage.getItem(place(field));
    if (!kept || field.value) continue;
    field.value = kept;
    const panel = field.closest('details');
    if (panel) panel.open = true;
  }
}

export function start() {
  document.addEventListener('input', event => {
    const field = event.target;
    if (!fields().includes(field)) return;
    if (field.value) sessionStorage.setItem(place(field), field.value);
    else sessionStorage.removeItem(place(field));
  });
  document.addEventListener('desk:shown', restore);
  restore();
}
