// Makes of the page and of Grafana's packages what a browser loads: `node build.mjs SITE`.
import { build } from 'esbuild';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const site = process.argv[2];

// Editors and maps, which no panel of the dashboards needs. They are most of the size.
const unused = /^(@adobe\/react-spectrum|@grafana\/faro-web-sdk|@monaco-editor|monaco-editor|ol|slate(-[a-z-]+)?)(\/|$)/;

const leaveOutUnused = {
  name: 'leave-out-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      // Any name can be imported from it, called and constructed.
      contents: `module.exports = new Proxy(function () {}, {
        get: (_, name) => name === '__esModule' ? false : function () {},
      });`,
    }));
  },
};

await build({
  entryPoints: [{ in: 'src/main.jsx', out: 'page' }],
  outdir: site,
  bundle: true,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  minifyWhitespace: true,
  minifySyntax: true,
  mainFields: ['module', 'browser', 'main'],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'window' },
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
  plugins: [leaveOutUnused],
  logLevel: 'error',
});

cpSync('index.html', join(site, 'index.html'));
cpSync('node_modules/@grafana/ui/dist/public/img/icons', join(site, 'public/build/img/icons'), { recursive: true });
const fonts = join(site, 'public/fonts/inter');
mkdirSync(fonts, { recursive: true });
for (const font of ['Inter-Regular.woff2', 'Inter-Medium.woff2']) {
  cpSync(join('node_modules/inter-ui/web', font), join(fonts, font));
}
