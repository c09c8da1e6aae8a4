// Makes webapp/static/build from the pinned packages and the files beside this one.

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { compile } from "sass";

const here = import.meta.dirname;
const packages = path.join(here, "node_modules");
const scripts = path.join(here, "scripts");
const built = path.join(here, "..", "static", "build");

function stylesheet() {
  return compile(path.join(here, "site.scss"), {
    loadPaths: [packages],
    style: "compressed",
    fatalDeprecations: ["import"],
  }).css;
}

// The maps are not shipped, so the browser must not be told to ask for them.
function withoutSourceMap(script) {
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, "");
}

const css = stylesheet();
const govuk = await readFile(path.join(packages, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "utf8");

await rm(built, { recursive: true, force: true });
await mkdir(built, { recursive: true });
await writeFile(path.join(built, "site.css"), css);
await writeFile(path.join(built, "govuk-frontend.min.js"), withoutSourceMap(govuk));
for (const name of await readdir(scripts)) {
  await copyFile(path.join(scripts, name), path.join(built, name));
}
