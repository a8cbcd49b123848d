// The third-party notices page: every npm package that is inside a bundle, with its licence in full.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** @param {string} folder */
function licenceText(folder) {
  return readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim())
    .join('\n\n');
}

/** Licence texts that a package's archive leaves out, under its SPDX identifier. */
const SPDX = {
  MIT: 'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated '
    + 'documentation files (the "Software"), to deal in the Software without restriction, including without limitation '
    + 'the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and '
    + 'to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above '
    + 'copyright notice and this permission notice shall be included in all copies or substantial portions of the '
    + 'Software.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT '
    + 'LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT '
    + 'SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION '
    + 'OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER '
    + 'DEALINGS IN THE SOFTWARE.',
};

/**
 * @param {string} root
 * @param {string} folder
 */
function describe(root, folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
  const by = typeof author === 'string' ? author : author?.name;
  const spdx = /** @type {Record<string, string>} */ (SPDX)[license];
  const text = licenceText(path.join(root, folder)) || (spdx && `Copyright (c) ${by ?? `the authors of ${name}`}\n\n${spdx}`);
  if (!text) throw new Error(`${name} ${version} (${license}) has no licence text: it cannot be bundled`);
  return { name, version, license: String(license ?? 'see below'), text };
}

/**
 * @param {string} root folder that holds node_modules
 * @param {import('esbuild').Metafile[]} metafiles
 */
function packagesIn(root, metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const folder = PACKAGE.exec(input)?.[1];
      // a nested package.json (preact inside another package) is its own package only if it names a version
      if (folder && existsSync(path.join(root, folder, 'package.json'))) folders.add(folder);
    }
  }
  const found = [...folders].map((folder) => describe(root, folder));
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/**
 * @param {string} root folder that holds node_modules
 * @param {import('esbuild').Metafile[]} metafiles
 */
export function noticesPage(root, metafiles) {
  const packages = packagesIn(root, metafiles);
  const sections = packages.map(({ name, version, license, text }) => `<section>
<h2>${escape(name)} ${escape(version)}</h2>
<p>${escape(license)}</p>
<pre>${escape(text)}</pre>
</section>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Third-party notices</title></head>
<body>
<main>
<h1>Third-party notices</h1>
<p>Lajur's pages contain these ${packages.length} packages.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}
