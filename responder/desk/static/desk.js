// The desk works without scripts; these make it quick.
import './looks.js'; // first: keys.js reads what it brings in line
import { $ } from './page.js';
import { go, unread } from './swap.js';
import * as ahead from './ahead.js';
import * as beside from './beside.js';
import * as chart from './chart.js';
import * as item from './item.js';
import * as keys from './keys.js';
import * as live from './live.js';
import * as queue from './queue.js';
import * as toast from './toast.js';
import * as words from './words.js';

document.documentElement.classList.add('scripted');

document.addEventListener('submit', async event => {
  const form = event.target;
  const next = $('input[name=next]', form); // the page may show another item than it came with
  if (next) next.value = location.pathname + location.search;
  if (form.matches('[action="/sign-out"]')) words.forgetAll();
  if (!form.matches('[data-desk]')) return;
  event.preventDefault();
  // A second press while the first is under way, or one that was meant for the item before.
  if (form.ariaBusy === 'true' || (form.closest('#item') && (unread() || $('#item form[aria-busy=true]')))) return;
  form.ariaBusy = 'true';
  words.keep();
  const url = event.submitter?.hasAttribute('formaction') ? event.submitter.formAction : form.action;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const done = form.id === 'reply' ? words.forgetter() : beside.forgetter(form);
  const approves = event.submitter?.id === 'approve';
  try {
    await go(url, { method: 'POST', body, form, done, ahead: approves ? ahead.take() : undefined });
  } finally {
    form.ariaBusy = null;
  }
});

document.addEventListener('click', event => {
  const link = event.target.closest('#queue a, a[data-id], a.back, a[data-fresh], a[data-part], #work a[href^="/?view"]');
  if (!link || !$('#work') || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.matches('[data-fresh]') ? `${link.pathname}?view=${$('#queue').dataset.list}` : link.href);
});
addEventListener('popstate', () => { if ($('#work')) go(location.href, { push: false }); });

words.start();
beside.start();
keys.start();
queue.start();
chart.start();
item.start();
ahead.start();
toast.start();
if ($('#work')) live.start();
if (/[?&]done=/.test(location.search)) {
  const place = new URL(location);
  for (const said of ['done', 'reply']) place.searchParams.delete(said);
  history.replaceState(null, '', place);
}
