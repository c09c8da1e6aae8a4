// Where the filters stand above the list and not at its side, they are folded away, so that the list is seen first.

const BESIDE_THE_LIST = "(width >= 62.5em)";

export function foldFilters() {
  if (window.matchMedia(BESIDE_THE_LIST).matches) {
    return;
  }
  for (const panel of document.querySelectorAll(".app-filter-panel__details")) {
    panel.open = false;
  }
}
