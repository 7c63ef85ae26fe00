// The library is plain forms; this checks words while they are typed, and filters while one chooses.
import { $, ask, put, Trouble } from './page.js';

// Asks once the hand rests; an answer that was overtaken is dropped.
function resting(act, wait = 250) {
  let timer, round = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++round;
      try {
        await act(() => mine === round);
      } catch (trouble) {
        if (!(trouble instanceof Trouble)) throw trouble; // the page still works as a form
      }
    }, wait);
  };
}
const fields = form => new URLSearchParams(new FormData(form));

// What stands against the texts of an entry. A tick says yes to a finding as it was read, and stays.
const sheet = $('#sheet');
if (sheet && $('#save')) {
  const ticked = box => `${box.value} ${box.closest('li').textContent.replace(/\s+/g, ' ')}`;
  const check = resting(async latest => {
    const { answer, text } = await ask(sheet.dataset.check, { method: 'POST', body: fields(sheet) });
    if (!answer.ok || !latest()) return;
    const said = new Set([...document.querySelectorAll('#found input:checked')].map(ticked));
    const at = document.activeElement?.closest?.('#found input')?.value;
    put('#found', text);
    for (const box of document.querySelectorAll('#found input')) box.checked = said.has(ticked(box));
    if (at) $(`#found input[value="${CSS.escape(at)}"]`)?.focus();
  });
  let dirty = !!$('#refusal');
  sheet.addEventListener('input', event => {
    dirty = true;
    if (event.target.name !== 'confirm') check();
  });
  sheet.addEventListener('submit', () => { dirty = false; });
  addEventListener('beforeunload', event => { if (dirty) event.preventDefault(); }); // typed words are not lost by a click
}

// The try-it box.
const trial = $('#try-form');
if (trial) {
  const look = resting(async latest => {
    const { answer, text } = await ask(trial.action, { method: 'POST', body: fields(trial) });
    if (answer.ok && latest()) put('#tried', text);
  });
  const speak = () => { for (const text of trial.querySelectorAll('textarea')) text.lang = $('#try-language').value; };
  trial.addEventListener('input', () => { speak(); look(); });
  trial.addEventListener('submit', event => { event.preventDefault(); look(); });
}

// The list follows its filters; the address says which.
const filter = $('#look');
if (filter) {
  const show = resting(async latest => {
    const chosen = new URLSearchParams([...fields(filter)].filter(([name, value]) => value && !(name === 'order' && value === 'name')));
    const place = `/library${chosen.size ? `?${chosen}` : ''}`;
    $('#shelf').ariaBusy = 'true';
    const { answer, text } = await ask(place);
    if (!latest()) return;
    if (answer.ok) put('#shelf', text);
    $('#shelf').ariaBusy = null;
    history.replaceState(null, '', place);
  }, 150);
  filter.addEventListener('input', show);
  filter.addEventListener('submit', event => { event.preventDefault(); show(); });
  document.addEventListener('keydown', event => {
    const typing = event.target.matches?.('input, select, textarea');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem('desk-keys') === 'off') return;
    event.preventDefault();
    $('#q').focus();
  });
}

($('#refusal') ?? $('#preview[tabindex]') ?? $('#found[tabindex]'))?.focus();
