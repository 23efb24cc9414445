/* On a phone the table of contents is a drawer: it closes once one has chosen a place on the page. */
document.addEventListener("click", ({ target }) => {
  target.closest?.('dialog a[href^="#"]')?.closest("dialog").close();
});
