// Copy what a field shows. Where the browser does not let us, the field is left selected for Ctrl+C.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy-from]');
  if (!button) return;
  const field = document.getElementById(button.dataset.copyFrom);
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    document.getElementById('copied').textContent = button.dataset.copied;
  } catch { /* plain http off this machine: no clipboard there */ }
});
