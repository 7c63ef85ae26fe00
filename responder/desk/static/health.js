// Health, kept fresh while somebody looks. Nothing changes under a hand, a selection or the focus.
import { $, ask, put, Trouble } from './page.js';

const EVERY = 15_000;

function busy(part) {
  const chosen = getSelection();
  return part.contains(document.activeElement) || (chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
}

async function refresh() {
  if (document.hidden || $('dialog[open]')) return;
  try {
    const { answer, text } = await ask(location.pathname);
    if (!answer.ok) return;
    for (const part of document.querySelectorAll('[data-part], #banner')) {
      if (busy(part)) continue;
      const were = new Map([...part.querySelectorAll('details[id]')].map(one => [one.id, one.open]));
      put(`#${part.id}`, text);
      for (const [id, open] of were) {
        const now = document.getElementById(id);
        if (now) now.open = open;
      }
    }
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the next time, perhaps
  }
}

setInterval(refresh, EVERY);
document.addEventListener('visibilitychange', refresh);

$('#every-letter')?.addEventListener('change', event => {
  for (const box of document.querySelectorAll('#letters input[name=letter]')) box.checked = event.target.checked;
});
