// Plain JavaScript without dependencies: it must run on whatever Node the machine has, before npm ci.
// Usage: node server/bootstrap.mjs start | dev | test | run FILE [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const calledFrom = process.env.INIT_CWD ?? process.cwd();
process.chdir(root);
const [mode = 'start', file, ...rest] = process.argv.slice(2);
const t0 = Date.now();
const quiet = mode === 'run';
const say = (text) => quiet || console.log(`[${mode} +${((Date.now() - t0) / 1000).toFixed(1)}s] ${text}`);

install();
const node = nodeThatRunsTypeScript();
const env = { ...process.env, PATH: path.join(root, 'node_modules/.bin') + path.delimiter + process.env.PATH };

if (mode === 'run') {
  // what lies with the tests serves the product as it is, screens and all
  if (file?.startsWith('tests/') && !build()) die('The screens could not be built (see above).');
  run(file, rest);
} else if (mode === 'test') await (await import('../tests/all.mjs')).testAll({ node, env, root, say, build });
else serve();

/** Dependencies as the lock file says, when it is newer than what is there. */
function install() {
  if (changed('node_modules/.package-lock.json') >= changed('package-lock.json')) return;
  say('installing dependencies (npm ci)');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // NODE_ENV=production or npm_config_omit would leave the build tools out
  const options = {
    stdio: ['inherit', quiet ? 'ignore' : 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: '', npm_config_omit: '' },
  };
  const npm = process.env.npm_execpath;
  const done =
    npm && /\.c?js$/.test(npm) ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (done.status !== 0) die('The dependencies could not be installed (npm ci failed, see above).');
}

function nodeThatRunsTypeScript() {
  const local = path.join(root, 'node_modules/.bin/node');
  if (existsSync(local)) return local;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return die(
    `Node 24 is needed (this is ${process.version}) and none came with the dependencies for ${process.platform}-${process.arch}. Install Node 24 and run the command again.`,
  );
}

/** The screens, when anything they are made of has changed. */
function build() {
  const sources = ['src', 'static', 'messages', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'];
  if (changed('build/.done') >= Math.max(...sources.map(newest))) return true;
  say('building the screens');
  const done = spawnSync(node, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
    stdio: 'inherit',
    env,
  });
  if (done.status === 0) writeFileSync('build/.done', '');
  return done.status === 0;
}

function run(script, args) {
  const done = spawnSync(node, [script, ...args], { stdio: 'inherit', env: { ...env, FLOORLIGHT_CWD: calledFrom } });
  process.exit(done.status ?? 1);
}

function serve() {
  if (mode === 'start' && !build()) die('The screens could not be built (see above).');
  const args =
    mode === 'dev' ? ['--watch-path=server', '--watch-preserve-output', 'server/main.ts', '--dev'] : ['server/main.ts'];
  // ipc: the server notices when this process dies, however it dies
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  // npm's shell does not pass SIGTERM on: when it is gone, stop
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    child.kill('SIGTERM');
  }, 500).unref();
  // a terminal sends Ctrl-C to the whole group; a supervisor's SIGTERM comes only here
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {});
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function changed(name) {
  return existsSync(name) ? statSync(name).mtimeMs : 0;
}

function newest(name) {
  if (!existsSync(name)) return 0;
  if (!statSync(name).isDirectory()) return changed(name);
  const inside = readdirSync(name, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...inside.map((entry) => changed(path.join(entry.parentPath ?? entry.path, entry.name))));
}

function die(text) {
  console.error(`\n${text}\n`);
  process.exit(1);
}
