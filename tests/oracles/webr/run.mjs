// Run an R script in webr, where it stands in a copy of the book: node run.mjs BOOK FOLDER SCRIPT

import { WebR } from "webr";

const [root, folder, script] = process.argv.slice(2);
const webR = new WebR({ interactive: false });
await webR.init();
await webR.FS.mkdir("/book");
await webR.FS.mount("NODEFS", { root }, "/book");
await webR.evalRVoid(`setwd("/book/${folder}"); source("${script}")`);
console.log(`R ${webR.versionR}, webr ${webR.version}`);
process.exit(); // webr's worker would keep Node waiting
