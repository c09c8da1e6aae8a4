// Pages work without this. Where the browser can, the components gain what HTML alone does not give.

import { askAgain } from "./asking.js";
import { foldFilters } from "./filters.js";
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
askAgain();
foldFilters();
