// Bundles what the browser and the FEEL engine need. `node build.mjs [--watch]`; hatch_build.py calls it.
//
// Pages:  src/ENTRY.js -> webui/static/dist/ENTRY-HASH.js (+ .css), named in manifest.json
// Engine: src/feel.js  -> engine/expressions/feel.bundle.js, one classic script for QuickJS
import * as esbuild from 'esbuild';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { noticesPage } from './notices.mjs';

const PAGES = ['site', 'viewer', 'modeler'];
const FEELIN_INSIDE = [
  'addDuration', 'builtins', 'equals', 'evalNode', 'getType', 'normalizeContextKey', 'parseString', 'toComparable',
];

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, '../static/dist');
const engineBundle = path.join(here, '../../engine/expressions/feel.bundle.js');
const watching = process.argv.includes('--watch');
// a finished build moves to `dist` in one go: a running server never sees half of one
const outdir = watching ? dist : path.join(here, '../static/.dist');

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: here,
  bundle: true,
  metafile: true,
  minify: !watching,
  sourcemap: watching ? 'linked' : false,
  legalComments: 'none', // notices.html carries every licence in full
  logLevel: 'warning',
};

/** @type {esbuild.BuildOptions} */
const pages = {
  ...common,
  entryPoints: PAGES.map((name) => `src/${name}.js`),
  outdir,
  format: 'esm',
  splitting: true,
  target: 'es2022',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: 'asset-[name]-[hash]',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'dataurl', '.png': 'dataurl' },
  jsx: 'automatic',
  jsxImportSource: '@bpmn-io/properties-panel/preact',
};

/** feelin keeps its interpreter to itself; the engine compiles once, runs often and gives some nodes its own meaning. */
const feelinInside = {
  name: 'feelin-inside',
  setup(/** @type {esbuild.PluginBuild} */ { onLoad }) {
    onLoad({ filter: /[\\/]feelin[\\/]dist[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8') + `\nexport { ${FEELIN_INSIDE.join(', ')} };\n`,
    }));
  },
};

/** @type {esbuild.BuildOptions} */
const engine = {
  ...common,
  sourcemap: false, // read by Python, not by a browser
  entryPoints: ['src/feel.js'],
  outfile: engineBundle,
  format: 'iife',
  target: 'es2020',
  plugins: [feelinInside],
};

/**
 * Every output file an entry loads at once (dynamic imports excluded), itself included.
 * @param {esbuild.Metafile} metafile
 * @param {string} output
 */
function closure(metafile, output, seen = new Set()) {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path: next, kind } of metafile.outputs[output].imports) {
    if (kind === 'import-statement') closure(metafile, next, seen);
  }
  return seen;
}

/**
 * ENTRY -> { js, css, preload }: file names below static/dist; preload holds the chunks that js imports.
 * @param {esbuild.Metafile} metafile
 */
function manifestOf(metafile) {
  /** @type {Record<string, { js: string, css: string | null, preload: string[] }>} */
  const manifest = {};
  for (const [output, { entryPoint, cssBundle }] of Object.entries(metafile.outputs)) {
    if (!entryPoint) continue;
    manifest[path.basename(entryPoint, '.js')] = {
      js: path.basename(output),
      css: cssBundle ? path.basename(cssBundle) : null,
      preload: [...closure(metafile, output)].slice(1).map((file) => path.basename(file)),
    };
  }
  return manifest;
}

/** @param {esbuild.Metafile[]} metafiles */
function describe(metafiles) {
  const manifest = manifestOf(metafiles[0]);
  writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
  writeFileSync(path.join(outdir, 'notices.html'), noticesPage(here, metafiles));
  return manifest;
}

/** @param {string[]} files */
function sizes(files) {
  const bytes = files.map((file) => readFileSync(file));
  const kb = (/** @type {number} */ n) => `${(n / 1024).toFixed(0)} kB`;
  return `${kb(bytes.reduce((n, b) => n + b.length, 0))}, gz ${kb(bytes.reduce((n, b) => n + gzipSync(b).length, 0))}`;
}

async function build() {
  rmSync(outdir, { recursive: true, force: true });
  const [web, feel] = await Promise.all([esbuild.build(pages), esbuild.build(engine)]);
  // @ts-expect-error esbuild types metafile as optional; `common` asks for it
  const manifest = describe([web.metafile, feel.metafile]);
  rmSync(dist, { recursive: true, force: true });
  renameSync(outdir, dist);
  for (const [name, { js, css, preload }] of Object.entries(manifest)) {
    const styles = css ? `; css ${sizes([path.join(dist, css)])}` : '';
    console.log(`${name}: js ${sizes([js, ...preload].map((file) => path.join(dist, file)))}${styles}`);
  }
  console.log(`feel: js ${sizes([engineBundle])}`);
}

async function watch() {
  /** @type {Map<string, esbuild.Metafile>} */
  const done = new Map();
  const publishing = (/** @type {string} */ name) => ({
    name,
    setup(/** @type {esbuild.PluginBuild} */ { onEnd }) {
      onEnd(({ metafile, errors }) => {
        if (errors.length || !metafile) return;
        done.set(name, metafile);
        const web = done.get('pages');
        const feel = done.get('engine');
        if (web && feel) describe([web, feel]);
        console.log(`${new Date().toLocaleTimeString()} ${name} built`);
      });
    },
  });
  const contexts = [
    await esbuild.context({ ...pages, plugins: [publishing('pages')] }),
    await esbuild.context({ ...engine, plugins: [feelinInside, publishing('engine')] }),
  ];
  await Promise.all(contexts.map((context) => context.watch()));
  console.log('watching src/ ... (Ctrl-C ends)');
}

await (watching ? watch() : build());
